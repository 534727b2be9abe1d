/** How a step may be repeated by the rules of the house: the retry table of docs/decisions/0004-retries.md goes by this. */
export type StepKind =
  /** Asks and changes nothing. */
  | "query"
  /** Asked again and again until something is so: no answer is an answer like "not yet". */
  | "poll"
  /** A mutation whose second time changes nothing. */
  | "repeatable"
  /** createDeployment: not idempotent, but what it made can be found. */
  | "create"
  /** restore and dropData: sent once. */
  | "once";

/** One thing that the provider does with the service. */
export interface Step {
  readonly name: StepName;
  /** Root field, or "ready" for OPTIONS /graphql. */
  readonly operation: string;
  readonly kind: StepKind;
  readonly plane: "control" | "data";
  /** The mutation that the program asks for by running this step; none for a refresh. */
  readonly asks?:
    "createDeployment" | "updateDeployment" | "updateLambda" | "deleteDeployment" | "restore" | "dropData";
  /** How many of them. */
  readonly times?: number;
  /** Requests of the operation that belong to something before the step. */
  readonly skips?: number;
  /** What is lost before, so that the step is made at all. */
  readonly after?: "createDeployment" | "deleteDeployment";
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
] as const;
export type StepName = (typeof stepNames)[number];

export const steps: readonly Step[] = [
  { name: "log-in", operation: "login", kind: "query", plane: "control", asks: "createDeployment" },
  // Before a create: is there one already?
  { name: "list", operation: "deployments", kind: "query", plane: "control", asks: "createDeployment" },
  // Of a refresh: is it still there?
  { name: "refresh", operation: "deployments", kind: "query", plane: "control" },
  { name: "create", operation: "createDeployment", kind: "create", plane: "control", asks: "createDeployment" },
  // After a create whose answer was lost: what has it made?
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
  // After deletes whose answers were lost: is it gone?
  {
    name: "proof",
    operation: "deployments",
    kind: "query",
    plane: "control",
    asks: "deleteDeployment",
    after: "deleteDeployment",
  },
  // Before a restore: does another one run?
  { name: "probe", operation: "restoreStatus", kind: "query", plane: "data", asks: "restore" },
  // The check has asked once before, for its warning.
  { name: "listBackups", operation: "listBackups", kind: "query", plane: "data", asks: "restore", skips: 1 },
  { name: "restore", operation: "restore", kind: "once", plane: "data", asks: "restore" },
  { name: "restoreStatus", operation: "restoreStatus", kind: "poll", plane: "data" },
  // The one call of a check: what is the backend called that is to be wiped?
  { name: "confirm", operation: "deployments", kind: "query", plane: "control", asks: "dropData" },
  // Before a drop of names: does the backend store them?
  { name: "schema", operation: "getGQLSchema", kind: "query", plane: "data", asks: "dropData" },
  { name: "drop all", operation: "dropData", kind: "once", plane: "data", asks: "dropData" },
  { name: "drop types", operation: "dropData", kind: "once", plane: "data", asks: "dropData" },
  // Behind the types of the same drop: the fault hits the second mutation of a pair.
  { name: "drop fields", operation: "dropData", kind: "once", plane: "data", asks: "dropData", times: 2, skips: 1 },
  { name: "export", operation: "export", kind: "repeatable", plane: "data", asks: "dropData" },
];

/** Steps of the API that the provider does not make. */
export const leftOut: readonly { readonly step: string; readonly because: string }[] = [
  {
    step: "schema {} (DQL)",
    because: "it is asked for names that the GraphQL schema lacks, and whatever it answers, nothing is dropped",
  },
];
