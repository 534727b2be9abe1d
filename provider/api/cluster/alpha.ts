import type { AnswerData, RequestSite } from "../../errors/requestErrors";
import { keepSecret } from "../../errors/redact";
import { readJson } from "../readAnswer";
import { type Call, requestMs, type RetryPolicy } from "../retry";
import { get, postJson } from "../transport";
import type { Clock } from "../../time";
import type { ClusterAccess } from "./access";
import { type ClusterDocument, clusterDocuments } from "./documents";
import { meaningOf } from "./failures";

/** A request to Alpha. */
export interface AlphaRequest<T> {
  readonly path: string;
  /** Name of the operation, for messages. */
  readonly operation: string;
  readonly body: object;
  /** Whether it changes something. Default: no. */
  readonly isMutation?: boolean;
  /** Default: "idempotent". */
  readonly policy?: RetryPolicy;
  readonly call: Call;
  /** Whether it may take as long as the operation has, like an update that builds indexes. */
  readonly isSlow?: boolean;
  /** The errors with which it has surely done nothing, where any other error may come after it has acted. */
  readonly nothingDone?: RegExp;
  /** Reads the answer, or throws what is wrong with it. */
  readonly parse: (data: AnswerData, site: RequestSite) => T;
}

/** A request with one of the documents. */
export type AdminRequest = Pick<AlphaRequest<unknown>, "call" | "policy" | "isMutation" | "isSlow"> & {
  readonly variables?: object;
};

/** How long Alpha may take to say what it does. A busy one does not answer at all for a while. */
const healthMs = 5_000;

/** The Alpha that the settings name, over HTTP. Adds its address and the headers of the settings, and sends once. */
export class Alpha {
  constructor(
    private readonly access: ClusterAccess,
    private readonly clock: Clock,
  ) {
    keepSecret(access.authToken);
    for (const value of Object.values(access.headers)) keepSecret(value);
  }

  /** The host, with its port if it is not the usual one. */
  get host(): string {
    return this.access.url.host;
  }

  siteOf(operation: string): RequestSite {
    return { operation, host: this.host, isCluster: true };
  }

  async post<T>(request: AlphaRequest<T>, token?: string): Promise<T> {
    const { path, operation, body, isMutation = false, policy = "idempotent", call, isSlow, parse } = request;
    const site = this.siteOf(operation);
    try {
      const data = await postJson({
        url: this.urlOf(path),
        operation,
        body,
        headers: { ...this.headers(), ...(token !== undefined && { "x-dgraph-accesstoken": token }) },
        timeoutMs: requestMs(this.clock, isMutation ? "mutation" : "query", policy, call, isSlow),
        signal: call.signal,
        idempotent: policy !== "once",
        isCluster: true,
      });
      return parse(data, site);
    } catch (error) {
      throw meaningOf(error, site, request);
    }
  }

  /** Gets JSON from a path that needs no token. */
  async get(path: string, call: Call): Promise<unknown> {
    const operation = `GET ${path}`;
    const timeoutMs = Math.min(healthMs, requestMs(this.clock, operation, "idempotent", call));
    const request = { url: this.urlOf(path), operation, headers: this.headers(), timeoutMs, signal: call.signal };
    return readJson(this.siteOf(operation), await get({ ...request, isCluster: true }));
  }

  private headers(): Record<string, string> {
    const { authToken, headers } = this.access;
    return { ...headers, ...(authToken !== undefined && { "x-dgraph-authtoken": authToken }) };
  }

  private urlOf(path: string): URL {
    const { url } = this.access;
    return new URL(`${url.pathname.replace(/\/$/, "")}${path}`, url);
  }
}

/** A document as a request to /admin. */
export function adminRequest<T>(
  document: ClusterDocument,
  { variables = {}, ...request }: AdminRequest,
  parse: AlphaRequest<T>["parse"],
): AlphaRequest<T> {
  const body = { query: clusterDocuments[document], variables };
  return { ...request, path: "/admin", operation: operations[document] ?? document, body, parse };
}

/** The operations of documents with another name. */
const operations: Readonly<Partial<Record<ClusterDocument, string>>> = {
  getGeneratedSchema: "getGQLSchema",
  readiness: "getGQLSchema",
};
