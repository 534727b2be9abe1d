import {
  GraphqlError,
  LostAnswerError,
  mayHaveActed,
  RefusedError,
  type RequestSite,
  ThrottledError,
  UnauthorizedError,
  WrongShapeError,
} from "../errors/errors";
import { wellFormed } from "../errors/text";

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

/** The `data` of a GraphQL answer, or the one typed error that its failure shape stands for. */
export function readAnswer(site: RequestSite, answer: HttpAnswer): unknown {
  failOnStatus(site, answer);
  const envelope = parse(site, answer.body);
  const messages = errorMessages(site, envelope["errors"], envelope["data"]);
  if (messages.length > 0) {
    const error = new GraphqlError(site, messages, envelope["data"]);
    // Data beside the errors says that something was carried out: then a word like "unauthorized" is about something else.
    if (isEmpty(envelope["data"]) && error.messages.some(isUnauthorized)) throw new UnauthorizedError(site, error.said);
    throw error;
  }
  if (!isRecord(envelope["data"])) throw new WrongShapeError(site, "data", "an object was expected");
  return envelope["data"];
}

/** Milliseconds of a Retry-After header, in seconds or as a date. */
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
  // 408 and 499 are said of a request whose time ran out or whose connection broke on the way.
  if (status >= 500 || status === 408 || status === 499) {
    throw new LostAnswerError(site, { why: `HTTP ${status}`, retryAfterMs: wait });
  }
  // A success without an answer, or a redirect behind one (303): nobody can tell that nothing was done.
  if (status < 400) throw new LostAnswerError(site, { why: `HTTP ${status}${redirect(status)}`, unreadable: true });
  throw new RefusedError({
    code: "DGC207",
    why: `${site.operation} at ${site.host}: HTTP ${status}`,
    next: "Check that the endpoint setting (dgraphcloud:endpoint or DGRAPHCLOUD_ENDPOINT) is the address of the GraphQL endpoint itself.",
  });
}

function redirect(status: number): string {
  return status >= 300 ? ", a redirect, which is never followed" : " without an answer";
}

function parse(site: RequestSite, body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body, mayHoldHalves.test(body) ? (_, one: unknown) => whole(one) : undefined);
  } catch {
    // Without the cause: its text quotes the body.
    throw new LostAnswerError(site, { why: `HTTP 200 with ${whatItIs(body)}`, unreadable: true });
  }
  if (!isRecord(value)) throw new WrongShapeError(site, "the top level", "an object was expected");
  return value;
}

const mayHoldHalves = /\\ud[89a-f]/i;

function whole(value: unknown): unknown {
  return typeof value === "string" ? wellFormed(value) : value;
}

function whatItIs(body: string): string {
  if (body.trim() === "") return "an empty body";
  return body.trimStart().startsWith("<") ? "an HTML page instead of JSON" : "JSON that is cut off or broken";
}

function errorMessages(site: RequestSite, errors: unknown, data: unknown): string[] {
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

function isEmpty(data: unknown): boolean {
  return !isRecord(data) || Object.values(data).every((value) => value === null);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a change of a backend that failed like this may have been made all the same: data beside the errors says so. */
export function mayHaveChanged(error: unknown): boolean {
  if (mayHaveActed(error)) return true;
  if (!(error instanceof GraphqlError) || !isRecord(error.data)) return false;
  return Object.values(error.data).some((field) => field !== null);
}
