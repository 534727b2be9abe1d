import { isDeepStrictEqual } from "node:util";

/** Which process gets the signal: the CLI that is the engine, the host of the program, or the host of the provider. */
export const processes = ["pulumi", "language host", "provider"] as const;
export type Process = (typeof processes)[number];

export const signals = ["SIGINT", "SIGTERM", "SIGKILL"] as const;
export type Signal = (typeof signals)[number];

/** What the user does after the crash. */
const nextCommands = ["up", "refresh, up"] as const;
type NextCommand = (typeof nextCommands)[number];

export type Operation = "create" | "update" | "delete" | "restore" | "drop";

/** A request at which everything is held: before it acts, or after it has acted and before its answer. */
export interface Step {
  readonly operation: Operation;
  readonly request: string;
  readonly moment: "before" | "after";
  /** Counted only from when this mutation has acted. */
  readonly since?: string;
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
];

export interface Row extends Step {
  readonly process: Process;
  readonly signal: Signal;
  readonly then: NextCommand;
}

/** Every step with every process, every signal and both next commands. */
const everyRow: readonly Row[] = steps.flatMap((step) =>
  processes.flatMap((process) =>
    signals.flatMap((signal) => nextCommands.map((then): Row => ({ ...step, process, signal, then }))),
  ),
);

/**
 * Pairwise: every step meets every process, every signal and both next commands; every process meets every signal and both next commands.
 * Three rows a step do that: the processes in turn, the signals as in a Latin square, and the next commands alternating.
 * (A log-in and a list look the same in each operation, so that they stand in the first only.)
 */
const pairwise: readonly Row[] = everyRow.filter(({ process, signal, then, ...step }) => {
  const number = steps.findIndex((one) => isDeepStrictEqual(one, step));
  const turn = number + processes.indexOf(process);
  return signals.indexOf(signal) === turn % signals.length && nextCommands.indexOf(then) === turn % nextCommands.length;
});

/** `CRASH_ROWS=all` plays every row, for three quarters of an hour; otherwise the pairwise sixth. */
export const rows = process.env["CRASH_ROWS"] === "all" ? everyRow : pairwise;

/** What the run after the crash must do. */
export type Expected =
  /** The same end state as without the crash, each mutation once. */
  | "same"
  /** Rule 1: it names the uid and adoptUid, and makes no second one. */
  | "refused: adoptUid"
  /** Rule 2, while the restore runs: it names resumeRestoreId, and sends no second one. */
  | "refused: resumeRestoreId"
  /** The one window of rule 2: everything was killed between the sending and the answer. Run again, and counted apart. */
  | "window";

export function expectationOf(row: Row): Expected {
  if (isAnswerRecorded(row)) return "same";
  const { operation, request, moment, then } = row;
  const hasCreated = operation === "create" && (moment === "after" || request === "ready");
  if (hasCreated) return "refused: adoptUid";
  if (moment === "before" || operation === "update" || operation === "delete") return "same";
  return operation === "restore" && then === "up" ? "refused: resumeRestoreId" : "window";
}

/** Whether somebody is left to write down the answer: a polite signal to the engine lets it wait for the provider. */
export function isAnswerRecorded({ process, signal }: Row): boolean {
  return process === "language host" || (process === "pulumi" && signal !== "SIGKILL");
}
