/** How a step may be repeated. */
export type StepKind =
  /** A look before anything is sent. */
  | "look"
  /** A look whether Alpha takes requests, which is repeated until it does. */
  | "ready"
  /** A mutation that is sent once. */
  | "once"
  /** The update of a schema, which may be sent again. */
  | "update"
  /** A look that is repeated until something has ended. */
  | "poll"
  /** Something that follows a mutation that has acted. Its failure is a warning. */
  | "after";

/** One request of the provider at which the matrix injects faults. */
export interface Step {
  readonly name: StepName;
  /** As the journal calls it. */
  readonly operation: string;
  readonly kind: StepKind;
  /** The number of requests of the operation before the step. */
  readonly skips?: number;
}

export const stepNames = [
  "log-in",
  "identity",
  "busy",
  "health",
  "readiness",
  "running",
  "identity again",
  "live schema",
  "predicates",
  "counts",
  "schema update",
  "first schema",
  "schema check",
  "schema refresh",
  "names",
  "drop data",
  "drop everything",
  "drop field",
  "schema after fields",
  "drop type",
  "nodes before a deletion",
  "nodes after a deletion",
  "password",
  "listBackups",
  "restore",
  "end of restore",
  "verdict",
  "contents",
  "backups before",
  "backup",
  "task",
  "backups after",
] as const;
export type StepName = (typeof stepNames)[number];

export const steps: readonly Step[] = [
  { name: "log-in", operation: "login", kind: "look" },
  { name: "identity", operation: "state", kind: "look" },
  // Is Alpha restoring?
  { name: "busy", operation: "live", kind: "ready" },
  { name: "health", operation: "health", kind: "ready" },
  { name: "readiness", operation: "getGQLSchema", kind: "ready" },
  // Does a restore or a backup run?
  { name: "running", operation: "live", kind: "look", skips: 1 },
  // Right before the update: is it still the same cluster?
  { name: "identity again", operation: "state", kind: "look", skips: 1 },
  { name: "live schema", operation: "getGQLSchema", kind: "look", skips: 1 },
  { name: "predicates", operation: "query", kind: "look" },
  { name: "counts", operation: "query", kind: "look", skips: 1 },
  { name: "schema update", operation: "updateGQLSchema", kind: "update" },
  // The first update, after which nothing is in the state yet.
  { name: "first schema", operation: "updateGQLSchema", kind: "update" },
  { name: "schema check", operation: "getGQLSchema", kind: "look", skips: 2 },
  { name: "schema refresh", operation: "getGQLSchema", kind: "look" },
  // Does the schema have the names that are to be dropped?
  { name: "names", operation: "getGQLSchema", kind: "look", skips: 1 },
  { name: "drop data", operation: "alter", kind: "once" },
  { name: "drop everything", operation: "alter", kind: "once" },
  { name: "drop field", operation: "alter", kind: "once" },
  // The drop of a field removes its index, and the same schema again builds it.
  { name: "schema after fields", operation: "updateGQLSchema", kind: "after" },
  { name: "drop type", operation: "mutate", kind: "once" },
  { name: "nodes before a deletion", operation: "query", kind: "look" },
  // Are there more?
  { name: "nodes after a deletion", operation: "query", kind: "look", skips: 1 },
  // A drop of all data resets the password of the superuser, which is set again.
  { name: "password", operation: "updateUser", kind: "after" },
  // The check has already made one request for its message.
  { name: "listBackups", operation: "listBackups", kind: "look", skips: 1 },
  { name: "restore", operation: "restore", kind: "once" },
  { name: "end of restore", operation: "live", kind: "poll" },
  { name: "verdict", operation: "query", kind: "poll" },
  // What a backup will hold.
  { name: "contents", operation: "query", kind: "look" },
  { name: "backups before", operation: "listBackups", kind: "look" },
  { name: "backup", operation: "backup", kind: "once" },
  { name: "task", operation: "task", kind: "poll" },
  { name: "backups after", operation: "listBackups", kind: "poll", skips: 1 },
];
