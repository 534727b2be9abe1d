import { RefusedError } from "../errors/errors";
import {
  type AnswerData,
  GraphqlError,
  LostAnswerError,
  type RequestSite,
  ThrottledError,
  UnauthorizedError,
  WrongShapeError,
} from "../errors/requestErrors";
import { wellFormed } from "../errors/text";

/** What the service answered over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  /** The Retry-After header. */
  readonly retryAfter: string | null;
  readonly body: string;
}

/** The `data` of a GraphQL answer. Every other answer is thrown as a typed error, one for each way to fail. */
export function readAnswer(site: RequestSite, answer: HttpAnswer): AnswerData {
  const envelope = readJson(site, answer);
  if (!isRecord(envelope)) throw new WrongShapeError(site, "the top level", "an object was expected");
  const data = isRecord(envelope["data"]) ? envelope["data"] : undefined;
  const messages = errorMessages(site, envelope["errors"], data);
  if (messages.length > 0) {
    const error = new GraphqlError(site, messages, data);
    // With data beside the errors something was carried out, so a word like "unauthorized" is not about the token.
    if (!error.hasData && error.messages.some(isUnauthorized)) throw new UnauthorizedError(site, error.said);
    throw error;
  }
  if (data === undefined) throw new WrongShapeError(site, "data", "an object was expected");
  return data;
}

/** The JSON of a good answer. */
export function readJson(site: RequestSite, answer: HttpAnswer): unknown {
  failOnStatus(site, answer);
  return parse(site, answer.body);
}

/** A Retry-After header in milliseconds. It holds seconds or a date; undefined when it holds neither. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function failOnStatus(site: RequestSite, { status, retryAfter }: HttpAnswer): void {
  if (status === 200) return;
  const wait = retryAfterMs(retryAfter, Date.now());
  if (status === 401 || status === 403) {
    throw new UnauthorizedError(site, `not authorized (HTTP ${status})`, { byStatus: true });
  }
  if (status === 429) throw new ThrottledError(site, wait);
  // With 408 and 499 a proxy reports a timeout or a broken connection: the service may have got the request.
  if (status >= 500 || status === 408 || status === 499) {
    throw new LostAnswerError(site, { why: `HTTP ${status}`, retryAfterMs: wait });
  }
  // Any other success, or a redirect (303 follows a request that was carried out), does not prove that nothing was done.
  if (status < 400) throw new LostAnswerError(site, { why: `HTTP ${status}${redirect(status)}`, unreadable: true });
  throw new RefusedError({
    code: "DGC207",
    why: `${site.operation} at ${site.host}: HTTP ${status}`,
    next:
      site.isCluster === true
        ? "Check that clusterUrl is the address of Alpha: the provider adds /admin, /alter, /query and /health to it."
        : "Check that the endpoint setting (dgraphcloud:endpoint or DGRAPHCLOUD_ENDPOINT) is the address of the GraphQL endpoint itself.",
  });
}

function redirect(status: number): string {
  return status >= 300 ? ", a redirect, which is never followed" : " without an answer";
}

function parse(site: RequestSite, body: string): unknown {
  try {
    return JSON.parse(body, halfCharacter.test(body) ? (_, one: unknown) => whole(one) : undefined);
  } catch {
    // Without the parser's error: its text quotes the body, which may hold a token.
    throw new LostAnswerError(site, { why: `HTTP 200 with ${describeBody(body)}`, unreadable: true });
  }
}

/** An escape of a surrogate. One that stands alone is half a character. */
const halfCharacter = /\\ud[89a-f]/i;

function whole(value: unknown): unknown {
  return typeof value === "string" ? wellFormed(value) : value;
}

function describeBody(body: string): string {
  if (body.trim() === "") return "an empty body";
  return body.trimStart().startsWith("<") ? "an HTML page instead of JSON" : "JSON that is cut off or broken";
}

function errorMessages(site: RequestSite, errors: unknown, data: AnswerData | undefined): string[] {
  if (errors === undefined || errors === null) return [];
  if (!Array.isArray(errors)) throw new WrongShapeError(site, "errors", "a list was expected", data);
  return errors.map((error: unknown) =>
    isRecord(error) && typeof error["message"] === "string" ? error["message"] : "an error without a message",
  );
}

function isUnauthorized(message: string): boolean {
  return /unauthori[sz]ed|not authenticated|\binvalid (session|token|jwt)\b|\b(token|jwt|session)\b[a-z ]* (is )?(expired|invalid)/i.test(
    message,
  );
}

/** Whether a value of JSON is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
