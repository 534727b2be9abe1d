import {
  clusterConnectionAdvice,
  clusterCredentialsAdvice,
  connectionAdvice,
  credentialsAdvice,
  reportUnlessElsewhere,
  reportUnlessElsewhereForCluster,
} from "./advice";
import type { Code } from "./codes";
import { DgraphCloudError, type Explanation } from "./errors";
import { scrub } from "./redact";
import { clean } from "./text";

/** Where a request went: enough to name it in a message, and never its variables, its token or its body. */
export interface RequestSite {
  readonly operation: string;
  readonly host: string;
  /** The host is that of a cluster, and the setting clusterUrl names it. */
  readonly isCluster?: boolean | undefined;
}

/** The `data` of a GraphQL answer, field by field. */
export type AnswerData = Readonly<Record<string, unknown>>;

/** Base of the failures of one request. */
export abstract class RequestError extends DgraphCloudError {
  readonly operation: string;
  readonly host: string;

  constructor(site: RequestSite, explanation: Explanation) {
    super({ ...explanation, why: `${site.operation} at ${site.host}: ${explanation.why}` });
    this.operation = site.operation;
    this.host = site.host;
  }
}

/** What a failed connection tells about the address. */
export interface ConnectionFailure {
  /** Host and port of the proxy on the way. */
  readonly through?: string;
  /** What to do about it. Default: check the network and the endpoint setting. */
  readonly next?: string | undefined;
  /** The address that the user set is probably wrong: nobody listens there, or its name does not exist. */
  readonly isHopeless?: boolean;
  /** Nobody listens at a backend's address on this machine: it may be starting, or its local cloud may have ended. */
  readonly isBackendClosed?: boolean;
}

/** The request provably never left this machine: the name was not found, or the connection (TCP, TLS) was not made. */
export class NotSentError extends RequestError {
  override readonly name = "NotSentError";
  readonly isHopeless: boolean;
  readonly isBackendClosed: boolean;

  constructor(
    site: RequestSite,
    cause: unknown,
    { through, next, isHopeless, isBackendClosed }: ConnectionFailure = {},
  ) {
    const way = through === undefined ? "" : ` through the proxy ${through}`;
    super(site, {
      code: "DGC201",
      why: `no connection${way} (${describeCause(cause)})`,
      next: next ?? (site.isCluster === true ? clusterConnectionAdvice : connectionAdvice),
      cause,
    });
    this.isHopeless = isHopeless ?? false;
    this.isBackendClosed = isBackendClosed ?? false;
  }
}

/** The service throttles requests (HTTP 429), or does not take any yet: it refused this one and did not carry it out. */
export class ThrottledError extends RequestError {
  override readonly name = "ThrottledError";
  readonly retryAfterMs: number | undefined;

  constructor(site: RequestSite, retryAfterMs: number | undefined, explanation: Explanation = tooMany) {
    super(site, explanation);
    this.retryAfterMs = retryAfterMs;
  }
}

const tooMany: Explanation = {
  code: "DGC202",
  why: "too many requests (HTTP 429)",
  next: "Run the command again later, or with a lower --parallel.",
};

/** The request may or may not have been carried out: there was no answer, or none that tells. */
export class LostAnswerError extends RequestError {
  override readonly name: string = "LostAnswerError";
  readonly retryAfterMs: number | undefined;
  /** An answer came and cannot be read. The next one is seldom better, so it is retried less often than no answer at all. */
  readonly unreadable: boolean;

  constructor(
    site: RequestSite,
    options: { code?: Code; why: string; cause?: unknown; retryAfterMs?: number | undefined; unreadable?: boolean },
  ) {
    super(site, {
      code: options.code ?? "DGC203",
      why: options.why,
      next: [
        "Run the command again.",
        site.isCluster === true
          ? "If it fails again, look at the log of Alpha, and check clusterUrl."
          : "If it fails again, check the service's status page and the endpoint setting.",
      ],
      cause: options.cause,
    });
    this.retryAfterMs = options.retryAfterMs;
    this.unreadable = options.unreadable ?? false;
  }
}

/** The answer is null, without errors: the service answers like this to an invalid session, but not only then. */
export class NullAnswerError extends LostAnswerError {
  override readonly name: string = "NullAnswerError";

  constructor(site: RequestSite) {
    super(site, { code: "DGC204", why: "the answer is null" });
  }
}

/** The service did not accept the session or the token. */
export class UnauthorizedError extends RequestError {
  override readonly name = "UnauthorizedError";
  /**
   * Whether the HTTP status said so (401, 403): then nothing was carried out. A text about authorization proves less: it may be about a
   * later step of the same request.
   */
  readonly byStatus: boolean;

  constructor(site: RequestSite, why: string, { byStatus = false }: { byStatus?: boolean } = {}) {
    super(site, { code: "DGC105", why, next: site.isCluster === true ? clusterCredentialsAdvice : credentialsAdvice });
    this.byStatus = byStatus;
  }
}

/** How many of the service's messages an error repeats. */
const maxMessages = 20;

/** HTTP 200 with a list of errors, at the top level or inside the field of the operation. */
export class GraphqlError extends RequestError {
  override readonly name = "GraphqlError";
  /** The service's messages, without secrets. */
  readonly messages: readonly string[];
  /** All of them in one sentence. */
  readonly said: string;
  // Private, because printing the error would print the tokens in it.
  readonly #data: AnswerData | undefined;

  constructor(site: RequestSite, messages: readonly string[], data: AnswerData | null | undefined) {
    // `clean` cuts long texts, and `scrub` would not recognise half a token: so secrets are removed first.
    const texts = messages.slice(0, maxMessages).map((message) => clean(scrub(message)));
    if (messages.length > maxMessages) texts.push(`and ${messages.length - maxMessages} more`);
    const who = site.isCluster === true ? "Dgraph" : "the service";
    const said = `${who} answered: ${texts.join("; ")}`;
    super(site, {
      code: "DGC205",
      why: said,
      next: `Correct what ${who} names, then run the command again.`,
    });
    this.messages = texts;
    this.said = said;
    this.#data = data ?? undefined;
  }

  /** The data beside the errors: the answer to a create may name its uid here. */
  get data(): AnswerData | undefined {
    return this.#data;
  }

  /** Whether a field beside the errors has a value, which shows that something was carried out. */
  get hasData(): boolean {
    return Object.values(this.#data ?? {}).some((field) => field !== null);
  }
}

/** The answer is well-formed, but not of the shape that the API is known to give. */
export class WrongShapeError extends RequestError {
  override readonly name = "WrongShapeError";
  readonly #data: AnswerData | undefined;

  constructor(site: RequestSite, path: string, problem: string, data?: AnswerData) {
    super(site, {
      code: "DGC206",
      why: `unexpected answer at ${clean(path)}: ${clean(problem)}`,
      next: site.isCluster === true ? reportUnlessElsewhereForCluster : reportUnlessElsewhere,
    });
    this.#data = data;
  }

  /** The data of the answer, where it is not the data that has the wrong shape. */
  get data(): AnswerData | undefined {
    return this.#data;
  }
}

/** The data that came with a failure: it may name what was created or begun. */
export function dataBeside(error: unknown): AnswerData | undefined {
  return error instanceof GraphqlError || error instanceof WrongShapeError ? error.data : undefined;
}

/** Failures that may pass. */
export type TransientError = NotSentError | ThrottledError | LostAnswerError;

export function isTransient(error: unknown): error is TransientError {
  return error instanceof NotSentError || error instanceof ThrottledError || error instanceof LostAnswerError;
}

/** Whether the service may have carried out a mutation that failed with this error, as far as the answer itself tells. */
export function mayHaveActed(error: unknown): boolean {
  return error instanceof LostAnswerError || error instanceof WrongShapeError;
}

/** The same for a change of a backend, where data beside the errors shows that it was made. */
export function mayHaveChanged(error: unknown): boolean {
  return mayHaveActed(error) || (error instanceof GraphqlError && error.hasData);
}

function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return "unknown cause";
  const code = (cause as { code?: unknown }).code;
  const reason = clean(cause.message.replace(/^request to \S+ failed, reason: */, ""));
  if (typeof code !== "string" || reason.includes(code)) return reason;
  // For a name with several addresses, like localhost, Node gives only the code.
  return reason === "" ? code : `${code}: ${reason}`;
}
