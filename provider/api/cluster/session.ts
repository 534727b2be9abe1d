import { clusterCredentialsAdvice } from "../../errors/advice";
import { SettingsError } from "../../errors/errors";
import { GraphqlError, UnauthorizedError } from "../../errors/requestErrors";
import { keepSecret } from "../../errors/redact";
import { expiryOf } from "../identity";
import { type Login, renewalOf, SharedLogin } from "../login";
import { type Call, requestMs, type Retrying, withRetries } from "../retry";
import { postGraphql } from "../transport";
import { shaped } from "../validateAnswer";
import type { ClusterAccess } from "./access";
import { loginSchema } from "./answers";
import { clusterDocuments } from "./documents";

/** The lifetime of an access token that names none: shorter than Dgraph's default of 6 hours. */
const assumedLifetimeMs = 3_600_000;

/** The log-in at a cluster with access control. */
export class ClusterSession extends SharedLogin {
  constructor(
    private readonly access: ClusterAccess,
    private readonly login: { readonly user: string; readonly password: string },
    private readonly retrying: Retrying,
  ) {
    super(retrying.clock, (call) => this.logInWith(call));
    keepSecret(login.password);
  }

  private async logInWith(call: Call): Promise<Login> {
    const { user, password } = this.login;
    const { url, namespace, headers, authToken } = this.access;
    const site = { operation: "login", host: url.host, isCluster: true };
    const document = clusterDocuments.login;
    try {
      return await withRetries(this.retrying, "idempotent", call, async () => {
        const answer = await postGraphql({
          url: new URL(`${url.pathname.replace(/\/$/, "")}/admin`, url),
          operation: "login",
          document,
          variables: { user, password, namespace },
          headers: { ...headers, ...(authToken !== undefined && { "x-dgraph-authtoken": authToken }) },
          timeoutMs: requestMs(this.retrying.clock, document, "idempotent", call),
          signal: call.signal,
          idempotent: true,
          isCluster: true,
        });
        const token = shaped(site, loginSchema, answer).login.response.accessJWT;
        keepSecret(token);
        return { token, renewAt: renewalOf(expiryOf(token), this.retrying.clock.now(), assumedLifetimeMs) };
      });
    } catch (cause) {
      const isRefused =
        (cause instanceof GraphqlError || cause instanceof UnauthorizedError) && refused.test(cause.why);
      if (!isRefused) throw cause;
      throw new SettingsError({
        code: "DGC805",
        why: `the cluster at ${url.host} refused the log-in of ${user}${namespace > 0 ? ` in namespace ${namespace}` : ""}: ${cause.why}.`,
        next: [
          "Correct clusterUser, clusterPassword or clusterNamespace.",
          "After a restore, the users and the passwords are those of the backup. After a drop of all data, only groot is left.",
          ...clusterCredentialsAdvice,
        ],
        cause,
      });
    }
  }
}

/** Dgraph's word for a wrong password, an unknown user and an unknown namespace. While it starts, or restores, it uses others. */
const refused = /invalid username or password/i;
