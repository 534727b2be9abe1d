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
  /** Whether nothing has acted by then, or may act twice with the same result: then it matters little which process dies, and how. */
  readonly isHarmless?: true;
}

const steps: readonly Step[] = [
  { operation: "create", request: "login", moment: "before", isHarmless: true },
  { operation: "create", request: "deployments", moment: "before", isHarmless: true },
  { operation: "create", request: "createDeployment", moment: "before" },
  { operation: "create", request: "createDeployment", moment: "after" },
  { operation: "create", request: "updateLambda", moment: "after" },
  { operation: "create", request: "ready", moment: "before" },
  { operation: "update", request: "updateDeployment", moment: "before", isHarmless: true },
  { operation: "update", request: "updateDeployment", moment: "after", isHarmless: true },
  { operation: "update", request: "updateLambda", moment: "after", isHarmless: true },
  { operation: "update", request: "ready", moment: "before", isHarmless: true },
  { operation: "delete", request: "deleteDeployment", moment: "before" },
  { operation: "delete", request: "deleteDeployment", moment: "after" },
  { operation: "restore", request: "ready", moment: "before", isHarmless: true },
  { operation: "restore", request: "restoreStatus", moment: "before", isHarmless: true },
  { operation: "restore", request: "listBackups", moment: "before", isHarmless: true },
  { operation: "restore", request: "restore", moment: "before" },
  { operation: "restore", request: "restore", moment: "after" },
  { operation: "restore", request: "restoreStatus", moment: "before", since: "restore" },
  { operation: "drop", request: "restoreStatus", moment: "before", isHarmless: true },
  { operation: "drop", request: "dropData", moment: "before" },
  { operation: "drop", request: "dropData", moment: "after" },
  ...(["first schema", "changed schema"] as const).flatMap((operation): Step[] => {
    const ofSchema = { operation, isHarmless: true } as const;
    return [
      { ...ofSchema, request: "getGQLSchema", moment: "before" },
      { ...ofSchema, request: "query", moment: "before" },
      { ...ofSchema, request: "updateGQLSchema", moment: "before" },
      { ...ofSchema, request: "updateGQLSchema", moment: "after" },
      // Whether the schema is live.
      { ...ofSchema, request: "getGQLSchema", moment: "before", call: 2 },
    ];
  }),
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
 * Pairwise: every process meets every signal and both next commands, and so does every step that is not harmless. Three rows per step are
 * enough: the processes in turn, the signals as in a Latin square, and the next commands alternating. A harmless step has one row, with
 * each process in turn. A log-in and a list are the same in each operation, so only the first operation has them.
 */
const pairwise: readonly Row[] = everyRow.filter(({ process, signal, then, ...step }) => {
  const number = steps.findIndex((one) => isDeepStrictEqual(one, step));
  const turn = number + processes.indexOf(process);
  const inTurn = (number + Math.floor(number / processes.length)) % processes.length;
  if (step.isHarmless && processes.indexOf(process) !== inTurn) return false;
  return signals.indexOf(signal) === turn % signals.length && nextCommands.indexOf(then) === turn % nextCommands.length;
});

/** `CRASH_ROWS=all` runs every row in about an hour, as before a release. The default is the pairwise choice. */
export const rows = process.env["CRASH_ROWS"] === "all" ? everyRow : pairwise;

/**
 * Rows on the plugin for every test run: those in which the engine cancels the plugin, where the two hosts differ, and one of each outcome.
 * `DGRAPHCLOUD_TEST_HOST=plugin npm run test:crash` runs every row on the plugin.
 */
export const pluginRows: readonly Row[] = pairwise.filter((row, number) => {
  const isFirst = (other: Row): boolean => other.process === "provider" && expectationOf(other) === expectationOf(row);
  if (pairwise.findIndex(isFirst) === number) return true;
  return row.process === "pulumi" && (row.signal === "SIGINT" || (row.signal === "SIGTERM" && isOfSchema(row)));
});

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
