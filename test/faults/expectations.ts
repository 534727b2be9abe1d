import { type Expectation, failure, mutationsAsked, pending, success, unknownOutcome } from "./expectation";
import type { Row } from "./rows";
import type { Step } from "./steps";

/** The expectation of a row, derived only from the retry table and the rules that are never broken. */
export function expected(row: Row): Expectation {
  const ruled = exceptional(row) ?? byFamily(row);
  // Whatever prevents the list, the message must first say that a backend may have been created.
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
    // The request provably did not act, so it is retried until the deadline.
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
    // One new log-in, or one look-up of a new token. After that, the message names the settings.
    case "unauthorized":
      // An error with HTTP 200 may come from the backend itself, after it acted.
      if (step.kind === "once" && kind.form === "errors") return outcomeUnknown(row);
      return passes(row) && step.plane === "control" ? success(step) : failure(step, "UnauthorizedError");
    // A retry cannot help. Only null may also be a lost answer, so a create is searched for.
    case "final":
      return step.kind === "create" && kind.form === "null" && passes(row)
        ? success(step)
        : failure(step, "UnauthorizedError");
    case "rotated":
      return passes(row) ? success(step) : failure(step, "UnauthorizedError");
    case "vanished":
      return vanished(step);
    // The update overwrites what it does not know to be there; what holds data would need consent.
    case "replaced":
      return success(step);
    // A restore refuses updates, so the schema is sent after it.
    case "restoring":
    case "late":
      return success(step);
    case "busy":
      return passes(row) ? success(step) : failure(step, "DeadlineError");
    // An update that is half-applied counts as one that did not act. The next run sees in the database what Dgraph would refuse.
    case "half-applied":
      return { fails: "ConflictError", acts: 1, recorded: "as before", next: "asks", actsNext: 0, actsAccepted: 1 };
    case "stuck":
      return { fails: "UnknownOutcomeError", acts: 0, recorded: "pending", next: "asks", actsNext: 0, actsAccepted: 1 };
  }
}

function unanswered(row: Row): Expectation {
  const { step, kind } = row;
  switch (step.kind) {
    case "once":
      return outcomeUnknown(row);
    // The list shows whether the create acted. If not, it is sent once more.
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
  // An absent backend is deleted, whatever the answer was.
  if (step.name === "delete" && kind.acted) return success(step);
  if (step.name === "export" || step.name === "delete") {
    return passes(row) ? success(step) : failure(step, "LostAnswerError");
  }
  if (passes(row)) return { ...success(step), acts: kind.acted ? 2 : 1 };
  return { ...unclearUpdate(row), fails: "LostAnswerError" };
}

/** The next run sends an update of unknown outcome again. */
function unclearUpdate({ kind }: Row): Expectation {
  return { acts: kind.acted ? "again and again" : 0, recorded: "pending", next: "runs", actsNext: 1 };
}

/** An answer of a wrong shape fails at once, except where the request may have acted. */
function misshapen(row: Row): Expectation {
  const { step } = row;
  const fails = "WrongShapeError";
  if (step.kind === "create" || step.kind === "once") return unanswered(row);
  if (step.kind === "poll") return { ...pending(step), fails };
  if (step.name === "delete") return row.kind.acted ? success(step) : failure(step, fails);
  if (step.name === "export" || step.kind === "query") return failure(step, fails);
  return { ...unclearUpdate(row), acts: row.kind.acted ? 1 : 0, fails };
}

/** The error is reported, and the data of the answer is kept. */
function beside(row: Row): Expectation {
  const { step } = row;
  const fails = "GraphqlError";
  if (step.name === "create") return { ...pending(step), fails };
  // A restore request is complete as soon as its id is known. The completion waits for the restore.
  if (step.name === "restore") return { ...success(step), fails };
  if (step.name === "delete") return success(step);
  if (step.kind === "once") return { ...unknownOutcome(mutationsAsked(step)), fails: "UnknownOutcomeError" };
  if (step.name === "update" || step.name === "lambda") return { ...unclearUpdate(row), acts: 1, fails };
  return failure(step, fails);
}

/** The error is reported. Whether the request acted is looked up where possible, and otherwise unknown. */
function garbled(row: Row): Expectation {
  const { step, kind } = row;
  const fails = "GraphqlError";
  if (step.kind === "once") return outcomeUnknown(row);
  if (step.name === "update" || step.name === "lambda")
    return { ...unclearUpdate(row), acts: kind.acted ? 1 : 0, fails };
  if (step.name === "create" && kind.acted) return { ...pending(step), fails };
  return step.name === "delete" && kind.acted ? success(step) : failure(step, fails);
}

/** The mutation is sent once, whichever of its calls fails. */
function outcomeUnknown({ step, kind }: Row): Expectation {
  return { ...unknownOutcome(mutationsAsked(step) - (kind.acted ? 0 : 1)), fails: "UnknownOutcomeError" };
}

function vanished(step: Step): Expectation {
  const gone = { next: "fails", actsNext: 0 } as const;
  switch (step.name) {
    case "delete":
      return { ...success(step), acts: 0 };
    // Two lists lack it, so it leaves the state, and the program creates another one.
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
    case "live schema":
    case "predicates":
    case "counts":
      return { ...gone, fails: "NotSentError", acts: 0, recorded: "as before" };
    case "schema update":
    case "first schema":
      return { ...gone, fails: "NotSentError", acts: 0, recorded: "pending" };
    case "schema check":
      return { ...gone, fails: "NotSentError", acts: 1, recorded: "pending" };
    case "schema refresh":
      return failure(step, "NotSentError");
    // It vanishes during the request, so the outcome is unknown.
    default:
      return { ...unknownOutcome(mutationsAsked(step) - 1), fails: "UnknownOutcomeError" };
  }
}

/** Exceptions, where one rule overrides another. */
function exceptional(row: Row): Expectation | undefined {
  const { step, kind } = row;
  const complains = ["complaint", "beside", "garbled"].includes(kind.family);
  // A refused log-in is a failure of the settings.
  if (step.name === "log-in" && complains) {
    return failure(step, "SettingsError");
  }
  // Null may be an expired session or a lost answer. Only the list can tell, and without it nothing is sent a third time.
  if (step.name === "create" && kind.form === "null" && !passes(row)) return failure(step, "ConflictError");
  // A backend may answer with errors during a restore, which does not end the wait (rule 3).
  if (step.name === "restoreStatus" && complains) {
    return passes(row) ? success(step) : { ...pending(step), fails: "DeadlineError" };
  }
  // Twenty-one polls for a running restore at 20 s each pass the deadline, after which nothing is sent.
  if (step.name === "probe" && kind.family === "slow" && !passes(row)) return failure(step, "DeadlineError");
  // In mid-run, the probe waits for the previous restore, and continues like any wait for a restore.
  if (step.name === "probe" && row.when === "mid-run") {
    if (complains) return success(step);
    if (kind.family === "vanished") return { ...vanished(step), fails: "DeadlineError" };
  }
  // Rule 5: lists lag, so an absence within five minutes of the create proves nothing.
  if (step.name === "refresh" && kind.family === "lag") return failure(step, "AbsentError");
  // The same holds for a delete: without an answer and without a list, nothing proves the absence.
  if (step.name === "proof" && kind.family === "lag") {
    return { fails: "AbsentError", acts: 0, recorded: "as before", next: "runs", actsNext: 1 };
  }
  // The delete had no effect, and the list has the backend, though twice.
  if (step.name === "proof" && kind.family === "duplicates") {
    return { fails: "LostAnswerError", acts: 0, recorded: "as before", next: "runs", actsNext: 1 };
  }
  return exceptionalSchema(row);
}

/** Exceptions of the steps of a schema. */
function exceptionalSchema(row: Row): Expectation | undefined {
  const { step, kind } = row;
  const complains = ["complaint", "beside", "garbled"].includes(kind.family);
  switch (step.name) {
    // A backend need not answer DQL. The comparison with the live text is enough where the user has given consent.
    case "predicates":
      return complains || kind.family === "unauthorized" || kind.family === "rotated" ? success(step) : undefined;
    // A count that cannot be had is left out: the user has given consent.
    case "counts":
      return kind.family === "vanished" ? undefined : success(step);
    case "schema update":
    case "first schema":
      // Errors are followed by a look at what is live.
      if (kind.family === "beside" || (kind.family === "garbled" && kind.acted)) return success(step);
      if (kind.family === "garbled") return failure(step, "GraphqlError");
      // Each attempt is compared anew with what is live, so only the deadline of the operation ends the attempts.
      return !passes(row) && ["unsent", "nothing there", "throttled", "lost"].includes(kind.family)
        ? { ...byFamily(row), fails: "DeadlineError" }
        : undefined;
    case "schema check":
      // The restore brings another schema after the update.
      return ["replaced", "restoring"].includes(kind.family) ? failure(step, "ConflictError") : undefined;
    // The refresh shows the other schema, that of a restore at its end. To remove a type again needs consent.
    case "schema refresh":
      if (kind.family === "restoring") return { acts: 0, recorded: "ready", next: "runs", actsNext: 1 };
      if (kind.family !== "replaced") return undefined;
      return { acts: 0, recorded: "ready", next: "asks", actsNext: 0, actsAccepted: 1 };
    default:
      return exceptionalRefresh(row);
  }
}

function exceptionalRefresh({ step, kind }: Row): Expectation | undefined {
  // The program has the old name, so the next up restores it.
  if (step.name === "refresh" && kind.family === "renamed") {
    return { acts: 0, recorded: "ready", next: "runs", actsNext: 1 };
  }
  return undefined;
}
