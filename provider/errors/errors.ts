import { type Advice, connectionAdvice, credentialsAdvice, reportUnlessElsewhere } from "./advice";
import type { Code } from "./codes";
import { scrub } from "./redact";
import { clean } from "./text";

/** What an error says: why, and what to do next. The host puts the resource and the step in front. */
interface Explanation {
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

/** Where a request went: enough to name it in a message, and never its variables, its token or its body. */
export interface RequestSite {
  readonly operation: string;
  readonly host: string;
}

/** What a failed connection tells of the address that was tried. */
export interface Unreachable {
  /** Host and port of the proxy on the way. */
  readonly through?: string;
  /** What to do about it, where more is known than that the network may be down. */
  readonly next?: string | undefined;
  /** Nobody listens there, or nobody has the name, and the user chose the address: waiting does not make it right. */
  readonly isHopeless?: boolean;
  /** Nobody listens at a backend's address on this very machine: it may be starting, or its local cloud may have ended. */
  readonly isBackendClosed?: boolean;
}

/** Base of the ways in which one request can fail. */
export abstract class RequestError extends DgraphCloudError {
  readonly operation: string;
  readonly host: string;

  constructor(site: RequestSite, explanation: Explanation) {
    super({ ...explanation, why: `${site.operation} at ${site.host}: ${explanation.why}` });
    this.operation = site.operation;
    this.host = site.host;
  }
}

/** The request provably never left: no name, no connection, no TLS. */
export class NotSentError extends RequestError {
  override readonly name = "NotSentError";
  readonly isHopeless: boolean;
  readonly isBackendClosed: boolean;

  constructor(site: RequestSite, cause: unknown, { through, next, isHopeless, isBackendClosed }: Unreachable = {}) {
    const way = through === undefined ? "" : ` through the proxy ${through}`;
    super(site, {
      code: "DGC201",
      why: `no connection${way} (${describeCause(cause)})`,
      next: next ?? connectionAdvice,
      cause,
    });
    this.isHopeless = isHopeless ?? false;
    this.isBackendClosed = isBackendClosed ?? false;
  }
}

/** The service asked for patience (HTTP 429): the request was refused and not carried out. */
export class ThrottledError extends RequestError {
  override readonly name = "ThrottledError";
  readonly retryAfterMs: number | undefined;

  constructor(site: RequestSite, retryAfterMs: number | undefined) {
    super(site, {
      code: "DGC202",
      why: "too many requests (HTTP 429)",
      next: "Run the command again later, or with a lower --parallel.",
    });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The request may or may not have been carried out: its answer never came, or says nothing. */
export class LostAnswerError extends RequestError {
  override readonly name: string = "LostAnswerError";
  readonly retryAfterMs: number | undefined;
  /** An answer that came but cannot be read is seldom better the tenth time. */
  readonly unreadable: boolean;

  constructor(
    site: RequestSite,
    options: { code?: Code; why: string; cause?: unknown; retryAfterMs?: number | undefined; unreadable?: boolean },
  ) {
    super(site, {
      code: options.code ?? "DGC203",
      why: options.why,
      next: ["Run the command again.", "If it fails again, check the service's status page and the endpoint setting."],
      cause: options.cause,
    });
    this.retryAfterMs = options.retryAfterMs;
    this.unreadable = options.unreadable ?? false;
  }
}

/** Null and no errors: what the service answers to a bad session, though it does not say so. */
export class NullAnswerError extends LostAnswerError {
  override readonly name: string = "NullAnswerError";

  constructor(site: RequestSite) {
    super(site, { code: "DGC204", why: "the answer is null" });
  }
}

/** The session or the token was not accepted. */
export class UnauthorizedError extends RequestError {
  override readonly name = "UnauthorizedError";
  /** The HTTP status said so: the request was turned away at the door. A mere text may come from further inside. */
  readonly byStatus: boolean;

  constructor(site: RequestSite, why: string, { byStatus = false }: { byStatus?: boolean } = {}) {
    super(site, { code: "DGC105", why, next: credentialsAdvice });
    this.byStatus = byStatus;
  }
}

/** More of them help nobody. */
const maxMessages = 20;

/** HTTP 200 with a list of errors, or an error list inside the field. */
export class GraphqlError extends RequestError {
  override readonly name = "GraphqlError";
  readonly messages: readonly string[];
  readonly said: string;
  // Private, so that printing the error prints no token.
  readonly #data: unknown;

  constructor(site: RequestSite, messages: readonly string[], data: unknown) {
    // Scrubbed before it is cut: half a token would be unknown as one.
    const texts = messages.slice(0, maxMessages).map((message) => clean(scrub(message)));
    if (messages.length > maxMessages) texts.push(`and ${messages.length - maxMessages} more`);
    const said = `the service answered: ${texts.join("; ")}`;
    super(site, {
      code: "DGC205",
      why: said,
      next: "Correct what the service names, then run the command again.",
    });
    this.messages = texts;
    this.said = said;
    this.#data = data;
  }

  /** What came beside the errors: a create may still name its uid here. */
  get data(): unknown {
    return this.#data;
  }
}

/** An answer that is well-formed but not what the API is known to give. */
export class WrongShapeError extends RequestError {
  override readonly name = "WrongShapeError";
  readonly #data: unknown;

  constructor(site: RequestSite, path: string, problem: string, data?: unknown) {
    super(site, {
      code: "DGC206",
      why: `unexpected answer at ${clean(path)}: ${clean(problem)}`,
      next: reportUnlessElsewhere,
    });
    this.#data = data;
  }

  /** What came beside it. */
  get data(): unknown {
    return this.#data;
  }
}

/** The data of an answer that failed all the same: it may name what was made. */
export function dataBeside(error: unknown): unknown {
  return error instanceof GraphqlError || error instanceof WrongShapeError ? error.data : undefined;
}

/** Whether a mutation that failed like this may have been carried out all the same. */
export function mayHaveActed(error: unknown): boolean {
  return error instanceof LostAnswerError || error instanceof WrongShapeError;
}

function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return "unknown cause";
  const code = (cause as { code?: unknown }).code;
  const reason = clean(cause.message.replace(/^request to \S+ failed, reason: */, ""));
  if (typeof code !== "string" || reason.includes(code)) return reason;
  // Of a name with several addresses, like localhost, Node says nothing but the code.
  return reason === "" ? code : `${code}: ${reason}`;
}
