import type { Advice } from "./advice";
import type { Code } from "./codes";

/** The parts of a message. The host puts the resource and the operation in front. */
export interface Explanation {
  readonly code: Code;
  readonly why: string;
  readonly next: Advice;
  readonly cause?: unknown;
}

/** Base of all errors that this package throws on purpose. It has no stack, which the engine would print to the user. */
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

  /** Appends to the cause what became known later. */
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

/** The service, or a check before the request, refused: to send it again would not help. */
export class RefusedError extends DgraphCloudError {
  override readonly name = "RefusedError";
}

/** The request conflicts with what exists; only the user can decide. */
export class ConflictError extends DgraphCloudError {
  override readonly name = "ConflictError";
}

/** Something that should exist does not, or is not in the account's list. */
export class AbsentError extends DgraphCloudError {
  override readonly name = "AbsentError";
}

/** The account of the settings has no such backend. `which`: its uid, or "with the name …". */
export function noSuchBackend(which: string, account: string | undefined): AbsentError {
  return new AbsentError({
    code: "DGC301",
    why: `${account === undefined ? "this account" : `the account ${account}`} has no backend ${which}.`,
    next: ["Correct the uid or the name.", "Or use the account that owns the backend."],
  });
}

/** An action was or may have been carried out, and its outcome is unknown. Only the user can find out. */
export class UnknownOutcomeError extends DgraphCloudError {
  override readonly name = "UnknownOutcomeError";
}

/** A wait reached its deadline. */
export class DeadlineError extends DgraphCloudError {
  override readonly name = "DeadlineError";
}

/** The engine that started the operation is gone, so nobody waits for the result. */
export class EngineGoneError extends DgraphCloudError {
  override readonly name = "EngineGoneError";
}

/** The user has cancelled the run, so a wait ends where it is. */
export class CancelledError extends DgraphCloudError {
  override readonly name = "CancelledError";
}
