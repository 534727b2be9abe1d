import type { Advice } from "./advice";
import type { Code } from "./codes";

/** What an error says: why, and what to do next. The host puts the resource and the step in front. */
export interface Explanation {
  readonly code: Code;
  readonly why: string;
  readonly next: Advice;
  readonly cause?: unknown;
}

/** Base of everything this package throws on purpose. Has no stack: the engine's host would print it to the user. */
export class DgraphCloudError extends Error {
  override readonly name: string = "DgraphCloudError";
  readonly code: Code;
  why: string;
  readonly next: readonly string[];

  constructor({ code, why, next, cause }: Explanation) {
    super("", { cause });
    this.code = code;
    this.why = why;
    this.next = typeof next === "string" ? [next] : next;
    this.message = [why, ...this.next].join("\n");
    this.stack = "";
  }

  /** Says more of the cause, once more is known. */
  add(more: string): this {
    this.why = `${this.why} ${more}`;
    this.message = [this.why, ...this.next].join("\n");
    return this;
  }
}

/** A setting (endpoint, credentials) that cannot be used. */
export class SettingsError extends DgraphCloudError {
  override readonly name = "SettingsError";
}

/** The service was asked and the answer stands: asking again would not change it. */
export class RefusedError extends DgraphCloudError {
  override readonly name = "RefusedError";
}

/** What the caller wanted conflicts with what is there; only the user can decide. */
export class ConflictError extends DgraphCloudError {
  override readonly name = "ConflictError";
}

/** A backend that should be there is not in the account's list. */
export class AbsentError extends DgraphCloudError {
  override readonly name = "AbsentError";
}

/** No such backend in the account that the settings name. */
export function noSuchBackend(which: string, account: string | undefined): AbsentError {
  return new AbsentError({
    code: "DGC301",
    why: `${account === undefined ? "this account" : `the account ${account}`} has no backend ${which}.`,
    next: ["Correct the uid or the name.", "Or use the account that owns the backend."],
  });
}

/** An action was or may have been carried out, and how it ended is not known. Only the user can find out. */
export class UnknownOutcomeError extends DgraphCloudError {
  override readonly name = "UnknownOutcomeError";
}

/** A wait reached its deadline. */
export class DeadlineError extends DgraphCloudError {
  override readonly name = "DeadlineError";
}

/** The engine that asked for the operation is gone, so nobody is left to hear the answer. */
export class EngineGoneError extends DgraphCloudError {
  override readonly name = "EngineGoneError";
}
