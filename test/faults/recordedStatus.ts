/** What a stack has of a resource. */
export type RecordedStatus =
  /** No such resource. */
  | "nothing"
  /** All is done. */
  | "ready"
  /** An id, and the mark that something is left to do. */
  | "pending"
  /** An attempt that may or may not have acted. */
  | "unknown";

/** Reads it from the outputs in the state. */
export function recordedStatusOf(outputs: Readonly<Record<string, unknown>> | undefined): RecordedStatus {
  const memory = outputs?.["__state"] as Record<string, unknown> | undefined;
  if (memory === undefined) return "nothing";
  if (memory["attempt"] === "unknown" || typeof memory["unclear"] === "string") return "unknown";
  return memory["status"] === "ready" ? "ready" : "pending";
}
