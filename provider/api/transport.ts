import { type AnswerData, LostAnswerError, type RequestSite } from "../errors/requestErrors";
import { type HttpAnswer, readAnswer, retryAfterMs } from "./readAnswer";
import { type Connection, freshConnection, sharedConnection } from "./connection";
import { logRequest } from "./log";
import { proxyFor } from "./proxy";
import { boundRequest, type RequestBounds } from "./requestBounds";
import { tunnelThrough } from "./tunnel";
import { notSent } from "./unreachable";

/** The largest answer that is read. No answer of this API is near this size; a larger one would fill the memory. */
const maxBodyBytes = 32 * 1024 * 1024;

/** One request, sent once. */
export interface Request {
  readonly url: URL;
  /** Name of the API operation, for messages. */
  readonly operation: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long this request may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** False for a mutation that must not be carried out twice: it gets a new connection. */
  readonly idempotent: boolean;
  /** Whether the address is the endpoint of the settings: then the user can correct it. Default: false. */
  readonly isEndpoint?: boolean;
  /** Whether it goes to a cluster. Default: false. */
  readonly isCluster?: boolean;
}

/** One GraphQL document, posted once. */
export interface GraphqlRequest extends Request {
  readonly document: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const importFetch = () => import("node-fetch");
let fetching: ReturnType<typeof importFetch> | undefined;
type Fetch = Awaited<ReturnType<typeof importFetch>>["default"];

/** Posts one GraphQL document and returns the `data` of its answer. Every failure is a RequestError or a RefusedError. */
export function postGraphql({ document, variables = {}, ...request }: GraphqlRequest): Promise<AnswerData> {
  const headers = document.startsWith("mutation") ? { ...request.headers, ...uncompressed } : request.headers;
  return postJson({ ...request, ...(headers && { headers }), body: { query: document, variables } });
}

/** Asks for an answer as it is: to decompress the sentence that answers a mutation would cost more than to receive it. A list is compressed. */
const uncompressed = { "accept-encoding": "identity" };

/** Posts JSON, and returns the `data` of the answer. */
export async function postJson(request: Request & { readonly body: object }): Promise<AnswerData> {
  const site = siteOf(request);
  const answer = await exchange(site, request, {
    method: "POST",
    headers: { ...request.headers, "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(request.body),
  });
  return readAnswer(site, answer);
}

/** Gets an answer, whatever its status. */
export async function get(request: Omit<Request, "idempotent">): Promise<HttpAnswer> {
  const headers = { ...request.headers, accept: "application/json" };
  return exchange(siteOf(request), { ...request, idempotent: true }, { method: "GET", headers });
}

function siteOf({ operation, url, isCluster }: Pick<Request, "operation" | "url" | "isCluster">): RequestSite {
  return { operation, host: url.host, ...(isCluster === true && { isCluster }) };
}

/** The answer to an OPTIONS request. With status 200, a backend is ready. */
export interface Probed {
  readonly status: number;
  /** When to ask again, if the answer has a Retry-After header. */
  readonly retryAfterMs: number | undefined;
}

/** Sends an OPTIONS request. */
export async function probe(request: Pick<Request, "url" | "operation" | "timeoutMs" | "signal">): Promise<Probed> {
  const site: RequestSite = { operation: request.operation, host: request.url.host };
  const answer = await exchange(site, { ...request, idempotent: true }, { method: "OPTIONS", headers: uncompressed });
  return { status: answer.status, retryAfterMs: retryAfterMs(answer.retryAfter, Date.now()) };
}

interface RequestInit {
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

type Exchange = Pick<Request, "url" | "timeoutMs" | "signal" | "idempotent" | "isEndpoint">;

async function exchange(site: RequestSite, request: Exchange, init: RequestInit): Promise<HttpAnswer> {
  // Loaded at the first request, so a run without requests does not pay for it.
  fetching ??= importFetch();
  const { default: fetch } = await fetching;
  request.signal.throwIfAborted();
  const bounds = boundRequest(request);
  try {
    return await send(fetch, site, request, bounds, init);
  } finally {
    bounds.release();
  }
}

async function send(
  fetch: Fetch,
  site: RequestSite,
  { url, timeoutMs, signal, idempotent, isEndpoint }: Exchange,
  bounds: RequestBounds,
  init: RequestInit,
): Promise<HttpAnswer> {
  const connection = await connectionTo(url, idempotent, bounds.signal);
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      ...init,
      agent: () => connection.agent,
      redirect: "manual",
      size: maxBodyBytes,
      signal: bounds.signal,
    });
    const body = textOf(await response.arrayBuffer());
    logRequest(site, `HTTP ${response.status}`, startedAt);
    return { status: response.status, retryAfter: response.headers.get("retry-after"), body };
  } catch (cause) {
    const sent = connection.mayHaveSent(cause);
    logRequest(site, sent ? "no answer" : "not sent", startedAt);
    // The caller's reason (the engine is gone) is thrown as it is, but only when the service cannot have acted.
    if (signal.aborted && !sent) throw signal.reason;
    if (!sent) throw notSent(site, { url, isEndpoint, ...connection }, cause);
    throw new LostAnswerError(site, {
      ...(bounds.isTimeUp()
        ? { why: `no answer within ${Number((timeoutMs / 1_000).toPrecision(2))} s` }
        : brokenAnswer(cause)),
      cause,
    });
  }
}

/** The text of a body. Node makes a new TextDecoder for each `text()` of a response, which takes longer than the decoding. */
function textOf(body: ArrayBuffer): string {
  const text = Buffer.from(body).toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** A new connection for requests that must not be repeated, and for all that go through a proxy; else a kept-alive one. */
async function connectionTo(url: URL, idempotent: boolean, signal: AbortSignal): Promise<Connection> {
  const proxy = proxyFor(url);
  if (proxy !== undefined) return tunnelThrough(proxy, signal);
  return idempotent ? sharedConnection(url) : freshConnection(url);
}

function brokenAnswer(cause: unknown): { why: string; unreadable?: true } {
  if ((cause as { type?: unknown }).type === "max-size") {
    return { why: `an answer of more than ${maxBodyBytes / 1_048_576} MiB`, unreadable: true };
  }
  return { why: "the connection broke before the answer came" };
}
