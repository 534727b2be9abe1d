import { clusterCredentialsAdvice } from "../../errors/advice";
import { SettingsError } from "../../errors/errors";
import { GraphqlError, UnauthorizedError } from "../../errors/requestErrors";
import { keepSecret } from "../../errors/redact";
import { expiryOf } from "../identity";
import { type Login, renewalOf, SharedLogin } from "../login";
import { type Call, type Retrying, withRetries } from "../retry";
import { shaped } from "../validateAnswer";
import { adminRequest, type Alpha } from "./alpha";
import { loginSchema } from "./answers";

/** The lifetime of an access token that names none: shorter than Dgraph's default of 6 hours. */
const assumedLifetimeMs = 3_600_000;

/** The password of groot in a new database, and after a drop of all data. */
export const wellKnownPassword = "password";

/** A user of access control. */
export interface User {
  readonly user: string;
  readonly password: string;
}

/** The log-in at a cluster with access control. */
export class ClusterSession extends SharedLogin {
  constructor(
    private readonly alpha: Alpha,
    user: User,
    private readonly namespace: number,
    private readonly retrying: Retrying,
  ) {
    super(retrying.clock, (call) => this.logInAs(user, call));
    // What everybody knows is no secret, and the word stands in many messages.
    if (user.password !== wellKnownPassword) keepSecret(user.password);
  }

  /** Logs in. Dgraph refuses every log-in while it starts and while it restores: then it is tried again. */
  async logInAs({ user, password }: User, call: Call): Promise<Login> {
    const { namespace, alpha } = this;
    const variables = { user, password, namespace };
    const request = adminRequest("login", { variables, call }, (data, site) => shaped(site, loginSchema, data));
    try {
      const { login } = await withRetries(this.retrying, "idempotent", call, () => alpha.post(request));
      const token = login.response.accessJWT;
      keepSecret(token);
      return { token, renewAt: renewalOf(expiryOf(token), this.retrying.clock.now(), assumedLifetimeMs) };
    } catch (cause) {
      const isRefused =
        (cause instanceof GraphqlError || cause instanceof UnauthorizedError) && refused.test(cause.why);
      if (!isRefused) throw cause;
      throw new SettingsError({
        code: "DGC805",
        why: `the cluster at ${alpha.host} refused the log-in of ${user}${namespace > 0 ? ` in namespace ${namespace}` : ""}: ${cause.why}.`,
        next: [
          "Correct clusterUser, clusterPassword or clusterNamespace.",
          'After a restore, the users and the passwords are those of the backup. After a drop of all data, or a restore that failed, only groot is left, with the password "password".',
          ...clusterCredentialsAdvice,
        ],
        cause,
      });
    }
  }
}

/** Dgraph's word for a wrong password, an unknown user and an unknown namespace. While it starts, or restores, it uses others. */
const refused = /invalid username or password/i;
