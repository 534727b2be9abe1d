import type { AnswerData, RequestSite } from "../../errors/requestErrors";
import { GraphqlError, UnauthorizedError } from "../../errors/requestErrors";
import { keepSecret } from "../../errors/redact";
import type { HttpAnswer } from "../readAnswer";
import { beforeSending, type Call, requestMs, type Retrying, type RetryPolicy, withRetries } from "../retry";
import { get, postJson } from "../transport";
import { shaped } from "../validateAnswer";
import { countsSchema } from "../dataAnswers";
import type { ClusterAccess } from "./access";
import { healthSchema } from "./answers";
import { type ClusterDocument, clusterDocuments } from "./documents";
import type { ClusterSession } from "./session";

/** A request to Alpha. The client adds the address, the tokens and the headers. */
export interface ClusterRequest<T> {
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
  /** Reads the answer, or throws what is wrong with it. */
  readonly parse: (data: AnswerData, site: RequestSite) => T;
}

/** A request with one of the documents. */
type AdminRequest = Pick<ClusterRequest<unknown>, "call" | "policy" | "isMutation" | "isSlow"> & {
  readonly variables?: object;
};

/** Dgraph refuses an access token before it does anything, with one of these texts and HTTP 200. */
const tokenRefused = /no accessJwt available|token is expired|unable to parse jwt|accessJwt.*invalid/i;
/** So it does for an address that no whitelist has, and for an admin token. */
const requestRefused = /unauthorized ip address|X-Dgraph-AuthToken|No Auth Token found|Provided auth token/i;

/** Sends requests to the Alpha that the settings name. */
export class ClusterClient {
  constructor(
    private readonly access: ClusterAccess,
    private readonly session: ClusterSession | undefined,
    private readonly retrying: Retrying,
  ) {
    keepSecret(access.authToken);
    for (const value of Object.values(access.headers)) keepSecret(value);
  }

  /** The host of Alpha, with its port if it is not the usual one. */
  get host(): string {
    return this.access.url.host;
  }

  /** Sends as often as the policy allows. After Dgraph has refused the access token, logs in again and sends once more. */
  async send<T>(request: ClusterRequest<T>): Promise<T> {
    const { operation, policy = "idempotent", call } = request;
    let hasRenewed = false;
    return withRetries(this.retrying, policy, call, async () => {
      const token = await this.beforeSending(request, this.session?.token(call));
      try {
        return await this.post(request, token);
      } catch (error) {
        const refusal = refusalOf(error, { operation, host: this.host, isCluster: true });
        if (refusal === undefined) throw error;
        if (hasRenewed || token === undefined || this.session === undefined || !tokenRefused.test(refusal.why))
          throw refusal;
        hasRenewed = true;
        return this.post(request, await this.beforeSending(request, this.session.renewed(token, call)));
      }
    });
  }

  /** Sends a document to /admin. */
  admin<T>(
    document: ClusterDocument,
    { variables = {}, ...request }: AdminRequest,
    parse: ClusterRequest<T>["parse"],
  ): Promise<T> {
    const body = { query: clusterDocuments[document], variables };
    return this.send({ ...request, path: "/admin", operation: operations[document] ?? document, body, parse });
  }

  /** Runs a DQL query. */
  query<T>(query: string, call: Call, parse: ClusterRequest<T>["parse"]): Promise<T> {
    return this.send({ path: "/query", operation: "query", body: { query }, call, parse });
  }

  /** Counts nodes in one query, by the heads of blocks. A count is undefined where its predicate may not be read. */
  counts(heads: readonly string[], call: Call): Promise<(number | undefined)[]> {
    const blocks = heads.map((head, index) => `c${index}(${head}) { count(uid) }`);
    return this.query(`{ ${blocks.join(" ")} }`, call, (data, site) => {
      const answer = shaped(site, countsSchema, data);
      return heads.map((_, index) => answer[`c${index}`]?.[0]?.count);
    });
  }

  /** What Alpha is doing, like "opRestore". Each Alpha knows only its own work. */
  async ongoing(call: Call): Promise<readonly string[]> {
    const { body } = await this.get("/health?live", call);
    const site = { operation: "GET /health", host: this.host, isCluster: true };
    const instances = shaped(site, healthSchema, parsed(body));
    return instances.find(({ instance }) => instance === "alpha")?.ongoing ?? [];
  }

  /** Gets a path that needs no token. */
  get(path: string, call: Call): Promise<HttpAnswer> {
    const operation = `GET ${path}`;
    return withRetries(this.retrying, "byCaller", call, () =>
      get({
        url: this.urlOf(path),
        operation,
        headers: this.headers(undefined),
        timeoutMs: Math.min(healthMs, requestMs(this.retrying.clock, "", "idempotent", call)),
        signal: call.signal,
        isCluster: true,
      }),
    );
  }

  /** A log-in that fails before a request which must not be repeated is reported as such: that request was not sent. */
  private beforeSending<T>(
    { operation, policy }: Pick<ClusterRequest<unknown>, "operation" | "policy">,
    step: Promise<T> | undefined,
  ): Promise<T | undefined> {
    if (step === undefined) return Promise.resolve(undefined);
    return policy === "once" ? beforeSending(`${operation} was not sent`, step) : step;
  }

  private async post<T>(
    { path, operation, body, isMutation = false, policy = "idempotent", call, isSlow, parse }: ClusterRequest<T>,
    token: string | undefined,
  ): Promise<T> {
    const document = isMutation ? "mutation" : "query";
    const data = await postJson({
      url: this.urlOf(path),
      operation,
      body,
      headers: this.headers(token),
      timeoutMs: requestMs(this.retrying.clock, document, policy, call, isSlow),
      signal: call.signal,
      idempotent: policy !== "once",
      isCluster: true,
    });
    return parse(data, { operation, host: this.host, isCluster: true });
  }

  private headers(token: string | undefined): Record<string, string> {
    const { authToken, headers } = this.access;
    return {
      ...headers,
      ...(authToken !== undefined && { "x-dgraph-authtoken": authToken }),
      ...(token !== undefined && { "x-dgraph-accesstoken": token }),
    };
  }

  private urlOf(path: string): URL {
    const { url } = this.access;
    return new URL(`${url.pathname.replace(/\/$/, "")}${path}`, url);
  }
}

/** How long Alpha may take to say what it does. A busy one does not answer at all for a while. */
const healthMs = 5_000;

/** The refusal of a request by the tokens that came with it, before anything was done; undefined for any other failure. */
function refusalOf(error: unknown, site: RequestSite): UnauthorizedError | undefined {
  if (!(error instanceof GraphqlError || error instanceof UnauthorizedError)) return undefined;
  if (error instanceof UnauthorizedError && error.byStatus) return error;
  if (!tokenRefused.test(error.why) && !requestRefused.test(error.why)) return undefined;
  const said = error.why.replace(/^.*?: /, "");
  return new UnauthorizedError(site, said, { byStatus: true });
}

/** The JSON of an answer; undefined when it is none. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The operations of documents with another name. */
const operations: Readonly<Partial<Record<ClusterDocument, string>>> = {
  getGeneratedSchema: "getGQLSchema",
  readiness: "getGQLSchema",
};
