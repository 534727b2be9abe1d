import { schemaSteps, type Step } from "./steps";
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

/** What the next plain up does in a new process without the fault. */
export type Next =
  /** Makes no request. */
  | "nothing"
  /** Runs the step and succeeds. */
  | "runs"
  /** Continues where the last run stopped, and succeeds. */
  | "finishes"
  /** Fails without a request and names the ways out, until the user accepts the unknown outcome. */
  | "refuses"
  /** Fails and names the created backend, with the line that adopts it. */
  | "names it"
  /** Fails because the backend is gone. A refresh then removes a Backend of the stack. */
  | "fails"
  /** Fails without a mutation, until the user changes the program as the message says. */
  | "asks";

/** The expected result of a row. */
export interface Expectation {
  /** The class of the error. Undefined if the run succeeds. */
  readonly fails?: ErrorClass;
  /** How often the requested mutations act: this often, or at least once where a repetition is harmless. */
  readonly acts: number | "again and again";
  /** The status in the state afterwards. "as before" means exactly the same state. */
  readonly recorded: RecordedStatus | "as before";
  readonly next: Next;
  /** How often the mutation acts in the next up. */
  readonly actsNext: number;
  /** How often the mutation acts after the user has followed the message. Default: never. */
  readonly actsAccepted?: number;
}

export function success(step: Step): Expectation {
  return {
    acts: mutationsAsked(step),
    recorded: step.asks === "deleteDeployment" ? "nothing" : "ready",
    next: "nothing",
    actsNext: 0,
  };
}

/** The run fails, and no further mutation acts. */
export function failure(step: Step, fails: ErrorClass): Expectation {
  // A poll can continue at any time without a mutation. Only its deadline ends it.
  if (step.kind === "poll") return { ...pending(step), fails: fails === "UnauthorizedError" ? fails : "DeadlineError" };
  if (step.name === "refresh" || step.name === "schema refresh")
    return { fails, acts: 0, recorded: "as before", next: "nothing", actsNext: 0 };
  // The create or delete acted without a known result: no second create, and no removal without proof (rules 1 and 5).
  if (step.name === "search") return { fails, acts: 1, recorded: "nothing", next: "names it", actsNext: 0 };
  if (step.name === "proof") return { fails, acts: 1, recorded: "as before", next: "finishes", actsNext: 0 };
  // The schema was sent, and nobody knows whether it is live: the next run sends it again, which does no harm.
  if (step.name === "schema check") return { fails, acts: 1, recorded: "pending", next: "runs", actsNext: 1 };
  // The types of the pair are dropped, and only the fields remain.
  if (step.name === "drop fields") return { fails, acts: 1, recorded: "pending", next: "finishes", actsNext: 1 };
  const isThere = ["update", "lambda", "delete", ...schemaSteps].includes(step.name) && step.name !== "first schema";
  return { fails, acts: 0, recorded: isThere ? "as before" : "nothing", next: "runs", actsNext: mutationsAsked(step) };
}

/** The created object stays in the state, and the next run finishes it. */
export function pending(step: Step): Expectation {
  return { acts: mutationsAsked(step), recorded: "pending", next: "finishes", actsNext: 0 };
}

export function unknownOutcome(acts: number): Expectation {
  return { acts, recorded: "unknown", next: "refuses", actsNext: 0 };
}

export function mutationsAsked({ asks, times }: Step): number {
  return asks === undefined ? 0 : (times ?? 1);
}
