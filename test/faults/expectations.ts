import { type Expectation, failure, mutationsAsked, pending, success, unknownOutcome } from "./expectation";
import type { Row } from "./rows";
import type { Step } from "./steps";

/** By the rules of the house alone: the retry table, and the rules that are never broken. */
export function expected(row: Row): Expectation {
  const ruled = exceptional(row) ?? byFamily(row);
  // Whatever keeps the list from being read, the user must hear first that something may have been made.
  return row.step.name === "search" && ruled.fails !== undefined ? { ...ruled, fails: "ConflictError" } : ruled;
}

const passes = ({ when }: Row): boolean => when !== "every call";

function byFamily(row: Row): Expectation {
  const { step, kind } = row;
  switch (kind.family) {
    case "slow":
    case "renamed":
    case "duplicates":
    case "lag":
      return success(step);
    // Provably not carried out: anything may be sent again, until the deadline.
    case "unsent":
    case "nothing there":
      return passes(row) ? success(step) : failure(step, "NotSentError");
    case "throttled":
      return passes(row) ? success(step) : failure(step, "ThrottledError");
    case "lost":
    case "unreadable":
      return unanswered(row);
    case "misshapen":
      return misshapen(row);
    case "complaint":
      return failure(step, "GraphqlError");
    case "beside":
      return beside(row);
    case "garbled":
      return garbled(row);
    // One new log-in, or one look for a new token; then the settings are named.
    case "unauthorized":
      // A text behind HTTP 200 may come from behind the door, where something may have been done.
      if (step.kind === "once" && kind.form === "errors") return outcomeUnknown(row);
      return passes(row) && step.plane === "control" ? success(step) : failure(step, "UnauthorizedError");
    // No second try could be any better. Only null may be a lost answer as well, and there a create is looked for.
    case "final":
      return step.kind === "create" && kind.form === "null" && passes(row)
        ? success(step)
        : failure(step, "UnauthorizedError");
    case "rotated":
      return passes(row) ? success(step) : failure(step, "UnauthorizedError");
    case "vanished":
      return vanished(step);
  }
}

function unanswered(row: Row): Expectation {
  const { step, kind } = row;
  switch (step.kind) {
    case "once":
      return outcomeUnknown(row);
    // Looked for in the list: found when it acted; sent once more when it did not.
    case "create":
      return kind.acted || passes(row) ? success(step) : failure(step, "ConflictError");
    case "repeatable":
      return repeated(row);
    case "query":
    case "poll":
      return passes(row) ? success(step) : failure(step, "LostAnswerError");
  }
}

function repeated(row: Row): Expectation {
  const { step, kind } = row;
  // Absent is done, however the answer came.
  if (step.name === "delete" && kind.acted) return success(step);
  if (step.name === "export" || step.name === "delete") {
    return passes(row) ? success(step) : failure(step, "LostAnswerError");
  }
  if (passes(row)) return { ...success(step), acts: kind.acted ? 2 : 1 };
  return { ...unclearUpdate(row), fails: "LostAnswerError" };
}

/** What may or may not have arrived is sent again by the next run. */
function unclearUpdate({ kind }: Row): Expectation {
  return { acts: kind.acted ? "again and again" : 0, recorded: "pending", next: "runs", actsNext: 1 };
}

/** Validated, and never guessed at: it fails at once, except where it may have acted. */
function misshapen(row: Row): Expectation {
  const { step } = row;
  const fails = "WrongShapeError";
  if (step.kind === "create" || step.kind === "once") return unanswered(row);
  if (step.kind === "poll") return { ...pending(step), fails };
  if (step.name === "delete") return row.kind.acted ? success(step) : failure(step, fails);
  if (step.name === "export" || step.kind === "query") return failure(step, fails);
  return { ...unclearUpdate(row), acts: row.kind.acted ? 1 : 0, fails };
}

/** The complaint is told; what the answer names is kept. */
function beside(row: Row): Expectation {
  const { step } = row;
  const fails = "GraphqlError";
  if (step.name === "create") return { ...pending(step), fails };
  // A request is done once its id is known; the completion is what waits.
  if (step.name === "restore") return { ...success(step), fails };
  if (step.name === "delete") return success(step);
  if (step.kind === "once") return { ...unknownOutcome(mutationsAsked(step)), fails: "UnknownOutcomeError" };
  if (step.name === "update" || step.name === "lambda") return { ...unclearUpdate(row), acts: 1, fails };
  return failure(step, fails);
}

/** The complaint is told; whether it acted is looked up where one can, and left open where nobody can. */
function garbled(row: Row): Expectation {
  const { step, kind } = row;
  const fails = "GraphqlError";
  if (step.kind === "once") return outcomeUnknown(row);
  if (step.name === "update" || step.name === "lambda")
    return { ...unclearUpdate(row), acts: kind.acted ? 1 : 0, fails };
  if (step.name === "create" && kind.acted) return { ...pending(step), fails };
  return step.name === "delete" && kind.acted ? success(step) : failure(step, fails);
}

/** Sent once, whichever call of it the fault strikes. */
function outcomeUnknown({ step, kind }: Row): Expectation {
  return { ...unknownOutcome(mutationsAsked(step) - (kind.acted ? 0 : 1)), fails: "UnknownOutcomeError" };
}

function vanished(step: Step): Expectation {
  const gone = { next: "fails", actsNext: 0 } as const;
  switch (step.name) {
    case "delete":
      return { ...success(step), acts: 0 };
    // Two lists lack it: it leaves the state, and the program makes another one.
    case "refresh":
      return { acts: 0, recorded: "nothing", next: "runs", actsNext: 1 };
    case "update":
    case "lambda":
      return { ...gone, fails: "GraphqlError", acts: 0, recorded: "as before" };
    case "readiness":
    case "restoreStatus":
      return { ...gone, fails: "DeadlineError", acts: mutationsAsked(step), recorded: "pending" };
    case "probe":
    case "schema":
    case "listBackups":
    case "export":
      return { ...gone, fails: "NotSentError", acts: 0, recorded: "nothing" };
    // It vanishes while the request is under way: nobody can tell.
    default:
      return { ...unknownOutcome(mutationsAsked(step) - 1), fails: "UnknownOutcomeError" };
  }
}

/** Where a rule of the house meets another one, and the stronger one wins. */
function exceptional(row: Row): Expectation | undefined {
  const { step, kind } = row;
  const complains = ["complaint", "beside", "garbled"].includes(kind.family);
  // A wrong password and a refused log-in are settings.
  if (step.name === "log-in" && complains) {
    return failure(step, "SettingsError");
  }
  // Null may be a bad session or a lost answer: only the list can tell, and without it nothing is sent a third time.
  if (step.name === "create" && kind.form === "null" && !passes(row)) return failure(step, "ConflictError");
  // A backend whose data is being replaced complains, and that is no end of the restore (rule 3): the wait goes on.
  if (step.name === "restoreStatus" && complains) {
    return passes(row) ? success(step) : { ...pending(step), fails: "DeadlineError" };
  }
  // Twenty looks whether a restore runs, at 20 s each, take longer than it may; what is late is not sent.
  if (step.name === "probe" && kind.family === "slow" && !passes(row)) return failure(step, "DeadlineError");
  // In mid-run it is the wait for the restore before, which goes on as any wait for a restore.
  if (step.name === "probe" && row.when === "mid-run") {
    if (complains) return success(step);
    if (kind.family === "vanished") return { ...vanished(step), fails: "DeadlineError" };
  }
  // Rule 5: an absence is not believed within five minutes of the create, since lists lag.
  if (step.name === "refresh" && kind.family === "lag") return failure(step, "AbsentError");
  // The same in a delete: what was never answered, and never listed, is not gone.
  if (step.name === "proof" && kind.family === "lag") {
    return { fails: "AbsentError", acts: 0, recorded: "as before", next: "runs", actsNext: 1 };
  }
  // The delete did nothing, and the list has it, though twice.
  if (step.name === "proof" && kind.family === "duplicates") {
    return { fails: "LostAnswerError", acts: 0, recorded: "as before", next: "runs", actsNext: 1 };
  }
  // The program has the old name: the next up gives it back.
  if (step.name === "refresh" && kind.family === "renamed") {
    return { acts: 0, recorded: "ready", next: "runs", actsNext: 1 };
  }
  return undefined;
}
