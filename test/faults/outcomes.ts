import type { ErrorClass, Expectation } from "./expectation";
import type { Step } from "./steps";

export function well(step: Step): Expectation {
  return {
    acts: timesOf(step),
    left: step.asks === "deleteDeployment" ? "nothing" : "ready",
    next: "nothing",
    actsNext: 0,
  };
}

/** It fails, and nothing more of what was asked for has been carried out. */
export function failing(step: Step, fails: ErrorClass): Expectation {
  // A poll can go on at any time, and needs no mutation for it. Its deadline is what ends it.
  if (step.kind === "poll") return { ...goingOn(step), fails: fails === "UnauthorizedError" ? fails : "DeadlineError" };
  if (step.name === "refresh") return { fails, acts: 0, left: "as before", next: "nothing", actsNext: 0 };
  // Made or deleted already, and not known to be so: never a second one, and no leaving the state without proof (rules 1 and 5).
  if (step.name === "search") return { fails, acts: 1, left: "nothing", next: "names it", actsNext: 0 };
  if (step.name === "proof") return { fails, acts: 1, left: "as before", next: "finishes", actsNext: 0 };
  // The types of the pair are gone, and only the fields are left to do.
  if (step.name === "drop fields") return { fails, acts: 1, left: "pending", next: "finishes", actsNext: 1 };
  const isThere = ["update", "lambda", "delete"].includes(step.name);
  return { fails, acts: 0, left: isThere ? "as before" : "nothing", next: "runs", actsNext: timesOf(step) };
}

/** What was made stays in the state, and the next run finishes it. */
export function goingOn(step: Step): Expectation {
  return { acts: timesOf(step), left: "pending", next: "finishes", actsNext: 0 };
}

export function refusing(acts: number): Expectation {
  return { acts, left: "unknown", next: "refuses", actsNext: 0 };
}

export function timesOf({ asks, times }: Step): number {
  return asks === undefined ? 0 : (times ?? 1);
}
