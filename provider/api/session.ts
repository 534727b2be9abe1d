import * as v from "valibot";
import type { Credentials } from "./settings";
import { credentialsAdvice } from "../errors/advice";
import { SettingsError } from "../errors/errors";
import { GraphqlError, UnauthorizedError } from "../errors/requestErrors";
import { keepSecret } from "../errors/redact";
import { controlDocuments } from "./documents";
import { accountName, expiryOf, type Identity, identityOf } from "./identity";
import { type Login, renewalOf, SharedLogin, tokenCharacters } from "./login";
import { type Call, requestMs, type Retrying, withRetries } from "./retry";
import { shaped } from "./validateAnswer";
import { postGraphql } from "./transport";

/** The lifetime of a token that names none, as the vendor's client assumes it: 3 hours. */
const assumedLifetimeMs = 10_800_000;

const loginSchema = v.object({ login: v.nullable(v.object({ token: v.pipe(v.string(), v.regex(tokenCharacters)) })) });

/**
 * The session at the control plane. The first request logs in, and all requests share that log-in. The session is renewed before its
 * token expires, and after the service has refused the token.
 */
export class Session {
  private readonly login: SharedLogin;
  private knownIdentity: Identity = [];
  private name: string | undefined;
  private count = 0;

  constructor(
    private readonly endpoint: URL,
    private readonly credentials: Credentials,
    private readonly retrying: Retrying,
  ) {
    this.login = new SharedLogin(retrying.clock, (call) => this.logIn(call));
    if ("token" in credentials) keepSecret(credentials.token);
    if ("password" in credentials) keepSecret(credentials.password);
  }

  /** The current token. Logs in when there is none, or when it is about to expire. */
  token(call: Call): Promise<string> {
    return this.login.token(call);
  }

  /** A token in place of one that the service refused. It is the same one when it comes from the settings: that cannot be renewed. */
  renewed(refused: string, call: Call): Promise<string> {
    return "email" in this.credentials ? this.login.renewed(refused, call) : this.login.token(call);
  }

  /** Identifies the account; empty before the first log-in, and when the token does not name its account. */
  identity(): Identity {
    return this.knownIdentity;
  }

  /** The account's name in messages; undefined before the first log-in, and when the token does not name its account. */
  get accountName(): string | undefined {
    return this.name;
  }

  /** How many log-ins there have been. A change shows that the session before it was refused or had expired. */
  get logins(): number {
    return this.count;
  }

  private async logIn(call: Call): Promise<Login> {
    const login = await this.newLogin(call);
    this.count += 1;
    const email = "email" in this.credentials ? this.credentials.email : undefined;
    this.knownIdentity = identityOf(email, login.token);
    this.name = accountName(email, login.token);
    return login;
  }

  private async newLogin(call: Call): Promise<Login> {
    if ("missing" in this.credentials) {
      throw new SettingsError({
        code: "DGC102",
        why: `no ${this.credentials.missing} for Dgraph Cloud is set.`,
        next: credentialsAdvice,
      });
    }
    if ("token" in this.credentials) return fromSettings(this.credentials.token);
    const token = await this.requestToken(this.credentials, call);
    keepSecret(token);
    return { token, renewAt: renewalOf(expiryOf(token), this.retrying.clock.now(), assumedLifetimeMs) };
  }

  private async requestToken({ email, password }: { email: string; password: string }, call: Call): Promise<string> {
    const site = { operation: "login", host: this.endpoint.host };
    const request = { url: this.endpoint, document: controlDocuments.login, variables: { email, password } };
    const options = { operation: "login", signal: call.signal, idempotent: true, isEndpoint: true };
    const refusal = {
      code: "DGC103",
      why: `Dgraph Cloud refused the log-in of ${email}.`,
      next: ["Correct the e-mail or the password.", ...credentialsAdvice],
    } as const;
    try {
      const answer = await withRetries(this.retrying, "idempotent", call, async () => {
        const timeoutMs = requestMs(this.retrying.clock, controlDocuments.login, "idempotent", call);
        return shaped(site, loginSchema, await postGraphql({ ...request, ...options, timeoutMs }));
      });
      if (answer.login !== null) return answer.login.token;
    } catch (cause) {
      if (!(cause instanceof UnauthorizedError || cause instanceof GraphqlError)) throw cause;
      throw new SettingsError({ ...refusal, why: `${refusal.why} ${cause.why}`, cause });
    }
    throw new SettingsError(refusal);
  }
}

/** A token from the settings: its lifetime is unknown, and it cannot be renewed. */
function fromSettings(token: string): Login {
  if (tokenCharacters.test(token)) return { token, renewAt: Number.POSITIVE_INFINITY };
  throw new SettingsError({
    code: "DGC104",
    why: "the token in the settings holds a blank, a line break or another character that no token has.",
    next: credentialsAdvice,
  });
}
