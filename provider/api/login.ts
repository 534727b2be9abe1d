import { SettingsError } from "../errors/errors";
import type { Clock } from "../time";
import type { Call } from "./retry";
import { join, type Shared } from "./sharedWork";

/** A log-in. */
export interface Login {
  readonly token: string;
  /** When the token is replaced, in milliseconds since the Unix epoch. */
  readonly renewAt: number;
}

/** When a token is replaced: after most of its lifetime. If a fresh token looks expired, the clocks differ, so its lifetime is assumed. */
export function renewalOf(expiry: number | undefined, now: number, assumedLifetimeMs: number): number {
  const lifetime = expiry !== undefined && expiry > now ? expiry - now : assumedLifetimeMs;
  return now + 0.8 * lifetime;
}

/** A log-in that all requests share. It is renewed before its token expires, and after the service has refused the token. */
export class SharedLogin {
  private pending: Shared<Login> | undefined;
  private current: Login | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly logIn: (call: Call) => Promise<Login>,
  ) {}

  /** The current token. Logs in when there is none, or when it is about to expire. */
  async token(call: Call): Promise<string> {
    if (this.current !== undefined && this.current.renewAt <= this.clock.now()) this.forget();
    return (await this.loggedIn(call)).token;
  }

  /** A token in place of one that was refused. */
  async renewed(refused: string, call: Call): Promise<string> {
    if (this.current?.token === refused) this.forget();
    return (await this.loggedIn(call)).token;
  }

  /** Forgets the log-in together with its token: the next caller logs in, and the others join that log-in. */
  forget(): void {
    this.pending = undefined;
    this.current = undefined;
  }

  private loggedIn(call: Call): Promise<Login> {
    const { pending } = this;
    if (pending !== undefined) {
      return join(pending, { what: "the log-in", call, clock: this.clock, again: () => this.loggedIn(call) });
    }
    const result = this.logIn(call);
    const attempt = { result, deadline: call.deadline };
    this.pending = attempt;
    result.then(
      (login) => {
        this.current = login;
      },
      (error: unknown) => {
        // A wrong password fails the whole run with one request. After any other failure, the next caller logs in again.
        if (!(error instanceof SettingsError) && this.pending === attempt) this.pending = undefined;
      },
    );
    return result;
  }
}

/** The characters of a token. Any other one would fail as a header, and look like a broken connection. */
export const tokenCharacters = /^[!-~]{1,16384}$/;
