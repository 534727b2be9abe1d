/** How a step may be retried. The retry table of docs/decisions/0004-retries.md uses these kinds. */
export type StepKind =
  /** Changes nothing. */
  | "query"
  /** Repeated until a condition holds. A missing answer counts as "not yet". */
  | "poll"
  /** An idempotent mutation. */
  | "repeatable"
  /** createDeployment: not idempotent, but its result can be found. */
  | "create"
  /** restore and dropData: sent once. */
  | "once";

/** One interaction of the provider with the service. */
export interface Step {
  readonly name: StepName;
  /** Root field, or "ready" for OPTIONS /graphql. */
  readonly operation: string;
  readonly kind: StepKind;
  readonly plane: "control" | "data";
  /** The mutation that this step requests. Undefined for a refresh. */
  readonly asks?:
    | "createDeployment"
    | "updateDeployment"
    | "updateLambda"
    | "deleteDeployment"
    | "restore"
    | "dropData"
    | "updateGQLSchema";
  /** The number of these mutations. */
  readonly times?: number;
  /** The number of requests of the operation before the step. */
  readonly skips?: number;
  /** The mutation whose lost answer leads to this step. */
  readonly after?: "createDeployment" | "deleteDeployment";
  /** The backend that the step is about. Default: "orders", the one that the step creates, changes or deletes. */
  readonly on?: "source" | "target";
}

export const stepNames = [
  "log-in",
  "list",
  "refresh",
  "create",
  "search",
  "readiness",
  "update",
  "lambda",
  "delete",
  "proof",
  "probe",
  "listBackups",
  "restore",
  "restoreStatus",
  "confirm",
  "schema",
  "drop all",
  "drop types",
  "drop fields",
  "export",
  "live schema",
  "predicates",
  "counts",
  "schema update",
  "first schema",
  "schema check",
  "schema refresh",
] as const;
export type StepName = (typeof stepNames)[number];

const ofSchema = { plane: "data", asks: "updateGQLSchema", on: "target" } as const;

export const steps: readonly Step[] = [
  { name: "log-in", operation: "login", kind: "query", plane: "control", asks: "createDeployment" },
  // Before a create: does the backend exist already?
  { name: "list", operation: "deployments", kind: "query", plane: "control", asks: "createDeployment" },
  // In a refresh: does the backend still exist?
  { name: "refresh", operation: "deployments", kind: "query", plane: "control" },
  { name: "create", operation: "createDeployment", kind: "create", plane: "control", asks: "createDeployment" },
  // After a create with a lost answer: what did it create?
  {
    name: "search",
    operation: "deployments",
    kind: "query",
    plane: "control",
    asks: "createDeployment",
    skips: 1,
    after: "createDeployment",
  },
  { name: "readiness", operation: "ready", kind: "poll", plane: "data", asks: "createDeployment" },
  { name: "update", operation: "updateDeployment", kind: "repeatable", plane: "control", asks: "updateDeployment" },
  { name: "lambda", operation: "updateLambda", kind: "repeatable", plane: "control", asks: "updateLambda" },
  { name: "delete", operation: "deleteDeployment", kind: "repeatable", plane: "control", asks: "deleteDeployment" },
  // After deletes with lost answers: is the backend gone?
  {
    name: "proof",
    operation: "deployments",
    kind: "query",
    plane: "control",
    asks: "deleteDeployment",
    after: "deleteDeployment",
  },
  // Before a restore: does another one run?
  { name: "probe", operation: "restoreStatus", kind: "query", plane: "data", asks: "restore", on: "target" },
  // The check has already made one request for its warning.
  {
    name: "listBackups",
    operation: "listBackups",
    kind: "query",
    plane: "data",
    asks: "restore",
    skips: 1,
    on: "source",
  },
  { name: "restore", operation: "restore", kind: "once", plane: "data", asks: "restore", on: "target" },
  { name: "restoreStatus", operation: "restoreStatus", kind: "poll", plane: "data", on: "target" },
  // The only request of a check: what is the name of the backend to be wiped?
  { name: "confirm", operation: "deployments", kind: "query", plane: "control", asks: "dropData", on: "target" },
  // Before a drop of names: does the backend store them?
  { name: "schema", operation: "getGQLSchema", kind: "query", plane: "data", asks: "dropData", on: "target" },
  { name: "drop all", operation: "dropData", kind: "once", plane: "data", asks: "dropData", on: "target" },
  { name: "drop types", operation: "dropData", kind: "once", plane: "data", asks: "dropData", on: "target" },
  // After the types of the same drop: the second mutation of a pair fails.
  {
    name: "drop fields",
    operation: "dropData",
    kind: "once",
    plane: "data",
    asks: "dropData",
    times: 2,
    skips: 1,
    on: "target",
  },
  { name: "export", operation: "export", kind: "repeatable", plane: "data", asks: "dropData", on: "target" },
  // Before an update of a schema: what is live?
  { ...ofSchema, name: "live schema", operation: "getGQLSchema", kind: "query" },
  // What Dgraph would refuse because of what it stores.
  { ...ofSchema, name: "predicates", operation: "query", kind: "query" },
  // How many nodes are at stake in a change that needs consent.
  { ...ofSchema, name: "counts", operation: "query", kind: "query", skips: 1 },
  { ...ofSchema, name: "schema update", operation: "updateGQLSchema", kind: "repeatable" },
  // The first update, after which nothing is in the state yet.
  { ...ofSchema, name: "first schema", operation: "updateGQLSchema", kind: "repeatable" },
  // After an update: is the schema live?
  { ...ofSchema, name: "schema check", operation: "getGQLSchema", kind: "query", skips: 1 },
  { name: "schema refresh", operation: "getGQLSchema", kind: "query", plane: "data", on: "target" },
];

/** The steps that send a schema or read it. */
export const schemaSteps: readonly StepName[] = [
  "live schema",
  "predicates",
  "counts",
  "schema update",
  "first schema",
  "schema check",
  "schema refresh",
];

/** Requests of the provider that are not in the matrix. */
export const leftOut: readonly { readonly step: string; readonly because: string }[] = [
  {
    step: "schema {} (DQL)",
    because: "it is queried for names that the GraphQL schema lacks, and nothing is dropped whatever it answers",
  },
  {
    step: "readiness and probe of a schema",
    because: "a schema waits for restores with the same code as a drop and a restore, and nothing is sent before",
  },
];
