import type { Metadata } from "../../provider/resource/resource";
import { metadataIn } from "../../provider/resource/values";

/** The status of a resource in the state. */
export type RecordedStatus =
  /** Not in the state. */
  | "nothing"
  /** Complete. */
  | "ready"
  /** In the state, but unfinished. */
  | "pending"
  /** An attempt of unknown outcome. */
  | "unknown";

/** Reads the status from the outputs in the state. */
export function recordedStatusOf(outputs: Readonly<Record<string, unknown>> | undefined): RecordedStatus {
  if (outputs?.["__state"] === undefined) return "nothing";
  const { status, attempt, unclear } = metadataIn(outputs) as Metadata & { attempt?: unknown; unclear?: unknown };
  return attempt === "unknown" || typeof unclear === "string" ? "unknown" : status;
}
