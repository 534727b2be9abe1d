import { isDeepStrictEqual } from "node:util";

/** The process that gets the signal: the CLI with the engine, the host of the program, or the host of the provider. */
export const processes = ["pulumi", "language host", "provider"] as const;
export type Process = (typeof processes)[number];

export const signals = ["SIGINT", "SIGTERM", "SIGKILL"] as const;
export type Signal = (typeof signals)[number];

/** The commands that the user runs after the crash. */
const nextCommands = ["up", "refresh, up"] as const;
type NextCommand = (typeof nextCommands)[number];

export type Operation = "create" | "update" | "delete" | "restore" | "drop" | "first schema" | "changed schema";

/** The request that is held when the process dies: before it acts, or between its act and its answer. */
export interface Step {
  readonly operation: Operation;
  readonly request: string;
  readonly moment: "before" | "after";
  /** Only requests after this mutation count. */
  readonly since?: string;
  /** Which of these requests is held. Default: the first. */
  readonly call?: number;
}

const steps: readonly Step[] = [
  { operation: "create", request: "login", moment: "before" },
  { operation: "create", request: "deployments", moment: "before" },
  { operation: "create", request: "createDeployment", moment: "before" },
  { operation: "create", request: "createDeployment", moment: "after" },
  { operation: "create", request: "updateLambda", moment: "after" },
  { operation: "create", request: "ready", moment: "before" },
  { operation: "update", request: "updateDeployment", moment: "before" },
  { operation: "update", request: "updateDeployment", moment: "after" },
  { operation: "update", request: "updateLambda", moment: "after" },
  { operation: "update", request: "ready", moment: "before" },
  { operation: "delete", request: "deleteDeployment", moment: "before" },
  { operation: "delete", request: "deleteDeployment", moment: "after" },
  { operation: "restore", request: "ready", moment: "before" },
  { operation: "restore", request: "restoreStatus", moment: "before" },
  { operation: "restore", request: "listBackups", moment: "before" },
  { operation: "restore", request: "restore", moment: "before" },
  { operation: "restore", request: "restore", moment: "after" },
  { operation: "restore", request: "restoreStatus", moment: "before", since: "restore" },
  { operation: "drop", request: "restoreStatus", moment: "before" },
  { operation: "drop", request: "dropData", moment: "before" },
  { operation: "drop", request: "dropData", moment: "after" },
  ...(["first schema", "changed schema"] as const).flatMap((operation): Step[] => [
    { operation, request: "getGQLSchema", moment: "before" },
    { operation, request: "query", moment: "before" },
    { operation, request: "updateGQLSchema", moment: "before" },
    { operation, request: "updateGQLSchema", moment: "after" },
    // Whether the schema is live.
    { operation, request: "getGQLSchema", moment: "before", call: 2 },
  ]),
];

export interface Row extends Step {
  readonly process: Process;
  readonly signal: Signal;
  readonly then: NextCommand;
}

/** Every step with every process, every signal and both continuations. */
const everyRow: readonly Row[] = steps.flatMap((step) =>
  processes.flatMap((process) =>
    signals.flatMap((signal) => nextCommands.map((then): Row => ({ ...step, process, signal, then }))),
  ),
);

/**
 * Pairwise: every step meets every process, every signal and both next commands; every process meets every signal and both next commands.
 * Three rows per step are enough: the processes in turn, the signals as in a Latin square, and the next commands alternating.
 * A log-in and a list are the same in each operation, so only the first operation has them. A schema may be sent again. So one row per
 * step of a schema is enough, with each process in turn.
 */
const pairwise: readonly Row[] = everyRow.filter(({ process, signal, then, ...step }) => {
  const number = steps.findIndex((one) => isDeepStrictEqual(one, step));
  const turn = number + processes.indexOf(process);
  const inTurn = (number + Math.floor(number / processes.length)) % processes.length;
  if (isOfSchema(step) && processes.indexOf(process) !== inTurn) return false;
  return signals.indexOf(signal) === turn % signals.length && nextCommands.indexOf(then) === turn % nextCommands.length;
});

/** `CRASH_ROWS=all` runs every row in about an hour. The default is the pairwise choice. */
export const rows = process.env["CRASH_ROWS"] === "all" ? everyRow : pairwise;

/** What the run after the crash must do. */
export type Expected =
  /** Reaches the same state as without the crash, with each mutation sent once. */
  | "same"
  /** Rule 1: names the uid and adoptUid, and creates no second backend. */
  | "refused: adoptUid"
  /** Rule 2, while the restore runs: names resumeRestoreId, and sends no second restore. */
  | "refused: resumeRestoreId"
  /** The one exception to rule 2: everything was killed between request and answer, so the action runs again. Counted separately. */
  | "window";

export function isOfSchema({ operation }: Pick<Row, "operation">): boolean {
  return operation === "first schema" || operation === "changed schema";
}

export function expectationOf(row: Row): Expected {
  if (isAnswerRecorded(row) || isOfSchema(row)) return "same";
  const { operation, request, moment, then } = row;
  const hasCreated = operation === "create" && (moment === "after" || request === "ready");
  if (hasCreated) return "refused: adoptUid";
  if (moment === "before" || operation === "update" || operation === "delete") return "same";
  return operation === "restore" && then === "up" ? "refused: resumeRestoreId" : "window";
}

/** Whether the engine can still record the answer. After SIGINT and SIGTERM it waits for the provider. */
export function isAnswerRecorded({ process, signal }: Row): boolean {
  return process === "language host" || (process === "pulumi" && signal !== "SIGKILL");
}
