import { WrongShapeError } from "../../errors/requestErrors";
import { countQuery } from "../queries";
import { beforeSending, type Call, type Retrying, withRetries } from "../retry";
import { shaped } from "../validateAnswer";
import { type AdminRequest, adminRequest, type Alpha, type AlphaRequest } from "./alpha";
import { healthSchema } from "./answers";
import type { ClusterDocument } from "./documents";
import { isTokenRefusal } from "./failures";
import type { ClusterSession } from "./session";

/** Sends requests to the Alpha that the settings name, with the token of the session, as often as their policy allows. */
export class ClusterClient {
  constructor(
    private readonly alpha: Alpha,
    private readonly session: ClusterSession | undefined,
    private readonly retrying: Retrying,
  ) {}

  get host(): string {
    return this.alpha.host;
  }

  /** After Dgraph has refused the access token, logs in again and sends once more. */
  send<T>(request: AlphaRequest<T>): Promise<T> {
    const { policy = "idempotent", call } = request;
    let hasRenewed = false;
    return withRetries(this.retrying, policy, call, async () => {
      const token = await this.beforeSending(request, this.session?.token(call));
      try {
        return await this.alpha.post(request, token);
      } catch (error) {
        if (hasRenewed || token === undefined || !isTokenRefusal(error)) throw error;
        hasRenewed = true;
        return this.alpha.post(request, await this.beforeSending(request, this.session?.renewed(token, call)));
      }
    });
  }

  /** Sends with another token than that of the session. */
  sendAs<T>(token: string, request: AlphaRequest<T>): Promise<T> {
    const { policy = "idempotent", call } = request;
    return withRetries(this.retrying, policy, call, () => this.alpha.post(request, token));
  }

  /** Sends a document to /admin. */
  admin<T>(document: ClusterDocument, request: AdminRequest, parse: AlphaRequest<T>["parse"]): Promise<T> {
    return this.send(adminRequest(document, request, parse));
  }

  /** Runs a DQL query. */
  query<T>(query: string, call: Call, parse: AlphaRequest<T>["parse"]): Promise<T> {
    return this.send({ path: "/query", operation: "query", body: { query }, call, parse });
  }

  /** Counts nodes in one query, by the heads of blocks. A count is undefined where its predicate may not be read. */
  counts(heads: readonly string[], call: Call): Promise<(number | undefined)[]> {
    const { text, answers } = countQuery(heads);
    return this.query(text, call, answers);
  }

  /** What Alpha is doing, like "opRestore". Each Alpha knows only its own work. Needs no token. */
  async ongoing(call: Call): Promise<readonly string[]> {
    const path = "/health?live";
    const answer = await withRetries(this.retrying, "idempotent", call, () => this.alpha.get(path, call));
    const site = this.alpha.siteOf(`GET ${path}`);
    const alpha = shaped(site, healthSchema, answer).find(({ instance }) => instance === "alpha");
    if (alpha === undefined) throw new WrongShapeError(site, "the top level", "an entry of an alpha was expected");
    return alpha.ongoing ?? [];
  }

  /** Asks once whether Alpha is healthy. Throws when it is not. */
  async health(call: Call): Promise<void> {
    await this.alpha.get("/health", call);
  }

  /** A log-in that fails before a request which must not be repeated is reported as such: that request was not sent. */
  private beforeSending<T>(
    { operation, policy }: Pick<AlphaRequest<unknown>, "operation" | "policy">,
    step: Promise<T> | undefined,
  ): Promise<T | undefined> {
    if (step === undefined) return Promise.resolve(undefined);
    return policy === "once" ? beforeSending(`${operation} was not sent`, step) : step;
  }
}
