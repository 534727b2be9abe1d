import type { Step } from "./steps";
import type { RecordedStatus } from "./recordedStatus";

export type ErrorClass =
  | "AbsentError"
  | "ConflictError"
  | "DeadlineError"
  | "GraphqlError"
  | "LostAnswerError"
  | "NotSentError"
  | "SettingsError"
  | "ThrottledError"
  | "UnauthorizedError"
  | "UnknownOutcomeError"
  | "WrongShapeError";

/** What the next plain up does, in a new process, when the fault has gone. */
export type Next =
  /** Nothing at all: not one request. */
  | "nothing"
  /** It runs the step, and all is done. */
  | "runs"
  /** It goes on where the last one stopped, and all is done. */
  | "finishes"
  /** It fails with the ways on and without a request, until the user accepts. */
  | "refuses"
  /** It fails and names the backend that the create made after all, with the line that takes it over. */
  | "names it"
  /** It fails, because the backend is not there any more; a refresh forgets a Backend that the stack still has. */
  | "fails";

/** What a row must come to. */
export interface Expectation {
  /** Undefined: it succeeds. */
  readonly fails?: ErrorClass;
  /** How the mutations that were asked for are carried out: this often, or at least once where that is no harm. */
  readonly acts: number | "again and again";
  /** What the stack has of the resource afterwards; as before: to the letter. */
  readonly recorded: RecordedStatus | "as before";
  readonly next: Next;
  /** How often the next up carries out the mutation. */
  readonly actsNext: number;
}

export function success(step: Step): Expectation {
  return {
    acts: mutationsAsked(step),
    recorded: step.asks === "deleteDeployment" ? "nothing" : "ready",
    next: "nothing",
    actsNext: 0,
  };
}

/** It fails, and nothing more of what was asked for has been carried out. */
export function failure(step: Step, fails: ErrorClass): Expectation {
  // A poll can go on at any time, and needs no mutation for it. Its deadline is what ends it.
  if (step.kind === "poll") return { ...pending(step), fails: fails === "UnauthorizedError" ? fails : "DeadlineError" };
  if (step.name === "refresh") return { fails, acts: 0, recorded: "as before", next: "nothing", actsNext: 0 };
  // Made or deleted already, and not known to be so: never a second one, and no leaving the state without proof (rules 1 and 5).
  if (step.name === "search") return { fails, acts: 1, recorded: "nothing", next: "names it", actsNext: 0 };
  if (step.name === "proof") return { fails, acts: 1, recorded: "as before", next: "finishes", actsNext: 0 };
  // The types of the pair are gone, and only the fields are left to do.
  if (step.name === "drop fields") return { fails, acts: 1, recorded: "pending", next: "finishes", actsNext: 1 };
  const isThere = ["update", "lambda", "delete"].includes(step.name);
  return { fails, acts: 0, recorded: isThere ? "as before" : "nothing", next: "runs", actsNext: mutationsAsked(step) };
}

/** What was made stays in the state, and the next run finishes it. */
export function pending(step: Step): Expectation {
  return { acts: mutationsAsked(step), recorded: "pending", next: "finishes", actsNext: 0 };
}

export function unknownOutcome(acts: number): Expectation {
  return { acts, recorded: "unknown", next: "refuses", actsNext: 0 };
}

export function mutationsAsked({ asks, times }: Step): number {
  return asks === undefined ? 0 : (times ?? 1);
}
