import type { Left } from "./left";

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
  readonly left: Left | "as before";
  readonly next: Next;
  /** How often the next up carries out the mutation. */
  readonly actsNext: number;
}
