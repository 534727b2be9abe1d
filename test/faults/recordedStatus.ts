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
  const memory = outputs?.["__state"] as Record<string, unknown> | undefined;
  if (memory === undefined) return "nothing";
  if (memory["attempt"] === "unknown" || typeof memory["unclear"] === "string") return "unknown";
  return memory["status"] === undefined ? "ready" : "pending";
}
