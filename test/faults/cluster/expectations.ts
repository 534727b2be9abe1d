import type { ErrorClass, Next } from "../expectation";
import type { RecordedStatus } from "../recordedStatus";
import type { Row } from "./rows";
import type { Step } from "./steps";

/** The expected result of a row. */
export interface Expectation {
  /** The class of the error. Undefined if the run succeeds. */
  readonly fails?: ErrorClass;
  /** How often the mutation acts: this often, or at least once where a repetition is harmless. */
  readonly acts: number | "again and again";
  /** The status in the state afterwards. "as before" means exactly the same state. */
  readonly recorded: RecordedStatus | "as before";
  readonly next: Next;
  /** How often the mutation acts in the next up. */
  readonly actsNext: number;
  /** Whether the user must be warned of what did not follow the mutation. */
  readonly warns?: boolean;
}

/** The expectation of a row, derived only from the retry table and the rules that are never broken. */
export function expected(row: Row): Expectation {
  switch (row.step.kind) {
    case "look":
      return ofLook(row);
    case "ready":
      return ofReadiness(row);
    case "once":
      return ofOnce(row);
    case "update":
      return ofUpdate(row);
    case "poll":
      return ofPoll(row);
    case "after":
      return { ...success(row.step), warns: fails(row) };
  }
}

const passes = ({ when }: Row): boolean => when !== "every call";

/** Whether the step of the row has no success in the end. */
function fails(row: Row): boolean {
  const { kind } = row;
  if (kind.family === "slow") return false;
  if (["misshapen", "complaint", "beside", "garbled"].includes(kind.family)) return reads(row);
  // After a drop of all data, a log-in with the password of the settings is refused.
  if (kind.family === "unauthorized") return kind.form === "401" || !passes(row) || row.step.name === "password";
  return !passes(row);
}

/** Whether the provider reads the data of the answer. Of a schema that is sent after a drop, it reads only the errors. */
function reads({ step, kind }: Row): boolean {
  return kind.family !== "misshapen" || step.name !== "schema after fields";
}

/** How a request fails that may be sent again, or is never sent. Undefined if it succeeds in the end. */
function failureOf(row: Row): ErrorClass | undefined {
  if (!fails(row)) return undefined;
  switch (row.kind.family) {
    case "unsent":
    case "nothing there":
      return "NotSentError";
    case "throttled":
      return "ThrottledError";
    case "lost":
    case "unreadable":
      return "LostAnswerError";
    case "misshapen":
      return "WrongShapeError";
    case "unauthorized":
      return "UnauthorizedError";
    default:
      return "GraphqlError";
  }
}

function ofLook(row: Row): Expectation {
  const { step, kind } = row;
  // The errors of a query of DQL mean that the user may not read: the comparison with the live text is enough.
  const isRefusal = ["complaint", "beside", "garbled", "unauthorized"].includes(kind.family);
  if (step.name === "predicates" && isRefusal) return success(step);
  // The user has given consent, so an update needs no count. The same faults then strike the look at the predicates after it.
  if (step.name === "counts" && (passes(row) || isRefusal)) return success(step);
  // A backup needs no count.
  if (step.name === "contents") return success(step);
  const failure = failureOf(row);
  return failure === undefined ? success(step) : failed(step, failure);
}

function ofReadiness(row: Row): Expectation {
  const { step, kind } = row;
  if (passes(row) || kind.family === "slow") return success(step);
  // The readiness is only whether there is an answer without errors. The same fault then strikes the look at the live schema.
  if (step.name === "readiness" && kind.family === "misshapen") return failed(step, "WrongShapeError");
  return failed(step, "DeadlineError");
}

/** Rule 2: the mutation is sent again only if it provably did not act. */
function ofOnce(row: Row): Expectation {
  const { step, kind } = row;
  // Dgraph drops first, and then does what can fail: only some of its texts say that nothing was done.
  const isDrop = step.name.startsWith("drop");
  const mayHaveActed =
    ["lost", "unreadable", "misshapen", "garbled", "beside"].includes(kind.family) ||
    (isDrop && kind.name === "200 with errors");
  // What a backup with a lost answer has taken is in the list. A drop of all data shows by the password that it has reset.
  const isShown = ["backup", "drop data", "drop everything"].includes(step.name);
  if (mayHaveActed && isShown && kind.acted) return success(step);
  if (mayHaveActed)
    return {
      fails: "UnknownOutcomeError",
      acts: kind.acted ? 1 : 0,
      recorded: "unknown",
      next: "refuses",
      actsNext: 0,
    };
  const failure = failureOf(row);
  return failure === undefined ? success(step) : failed(step, failure);
}

function ofUpdate(row: Row): Expectation {
  const { step, kind } = row;
  const acts = kind.acted ? 1 : 0;
  const pending = { recorded: "pending", next: "runs", actsNext: 1 } as const;
  switch (kind.family) {
    case "lost":
      if (passes(row)) return { ...success(step), acts: acts + 1 };
      return { ...pending, fails: "DeadlineError", acts: kind.acted ? "again and again" : 0 };
    case "unreadable":
      if (passes(row)) return { ...success(step), acts: acts + 1 };
      return { ...pending, fails: "LostAnswerError", acts: kind.acted ? "again and again" : 0 };
    case "misshapen":
      return { ...pending, fails: "WrongShapeError", acts };
    // Errors are followed by a look at what is live.
    case "beside":
    case "garbled":
      return kind.acted ? success(step) : failed(step, "GraphqlError");
    case "unsent":
    case "nothing there":
    case "throttled":
      return passes(row) ? success(step) : failed(step, "DeadlineError");
    default: {
      const failure = failureOf(row);
      return failure === undefined ? success(step) : failed(step, failure);
    }
  }
}

/** A wait can always be resumed, and nothing but its deadline, a refused token or an unknown answer ends it. */
function ofPoll(row: Row): Expectation {
  const { step, kind } = row;
  const pending = { acts: mutationsOf(step), recorded: "pending", next: "finishes", actsNext: 0 } as const;
  const failure = failureOf(row);
  if (failure === undefined) return success(step);
  // The list shows the end of a backup as well.
  if (failure === "GraphqlError" && step.name === "task") return success(step);
  if (failure === "GraphqlError") return passes(row) ? success(step) : { ...pending, fails: "DeadlineError" };
  const isFinal = kind.family === "misshapen" || kind.family === "unauthorized";
  return { ...pending, fails: isFinal ? failure : "DeadlineError" };
}

function success(step: Step): Expectation {
  return { acts: mutationsOf(step), recorded: "ready", next: "nothing", actsNext: 0 };
}

/** The run fails, and no mutation acts. */
function failed(step: Step, failure: ErrorClass): Expectation {
  const base = { fails: failure, next: "runs", actsNext: 1 } as const;
  switch (step.name) {
    case "schema refresh":
      return { fails: failure, acts: 0, recorded: "as before", next: "nothing", actsNext: 0 };
    // The schema was sent, and nobody knows whether it is live: the next run sends it again, which does no harm.
    case "schema check":
    case "counts":
      return { ...base, acts: 1, recorded: "pending" };
    // The nodes are gone, and nobody knows whether all of them are.
    case "nodes after a deletion":
      return { fails: "UnknownOutcomeError", acts: 1, recorded: "unknown", next: "refuses", actsNext: 0 };
    default:
      return { ...base, acts: 0, recorded: hasState(step) ? "as before" : "nothing" };
  }
}

/** Whether the resource of the step is in the state before. */
function hasState({ name }: Step): boolean {
  const ofUpdates = ["log-in", "identity", "busy", "health", "readiness", "running", "identity again", "live schema"];
  return [...ofUpdates, "predicates", "counts", "schema update", "schema check"].includes(name);
}

/** How many mutations the run of a step makes. */
export function mutationsOf({ name }: Step): number {
  return ["end of restore", "verdict", "schema refresh"].includes(name) ? 0 : 1;
}
