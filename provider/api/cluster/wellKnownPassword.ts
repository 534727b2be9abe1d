import { CancelledError, DgraphCloudError, SettingsError } from "../../errors/errors";
import { scrub } from "../../errors/redact";
import { mayHaveActed, type RequestError } from "../../errors/requestErrors";
import { clean } from "../../errors/text";
import type { Clock } from "../../time";
import type { Call } from "../retry";
import { shaped } from "../validateAnswer";
import { adminRequest } from "./alpha";
import { updateUserSchema } from "./answers";
import type { ClusterClient } from "./client";
import { type ClusterSession, type User, wellKnownPassword } from "./session";

/** How long replacing it may take, even after the deadline: until then everybody may log in. */
const withinMs = 60_000;
/** How long Dgraph may take to make groot anew after a restore. Until it has, nobody can log in. */
const makesWithinMs = 30_000;
const pauseMs = 500;

/** The one user who is left, with the password that everybody knows. */
const superuser: User = { user: "groot", password: wellKnownPassword };

/** Why it was not replaced, as a text for a message, and whether groot has the well-known password for certain. */
interface NotReplaced {
  readonly problem: string;
  readonly isCertain: boolean;
}

/** What came of it. */
export type Replaced = "replaced" | "not well-known" | NotReplaced;

/** What the user must do while groot has it. */
export const setAtOnce = 'the password of groot is the well-known "password" now: set it at once (updateUser)';

const tryAtOnce =
  'the password of groot may be the well-known "password" now: try to log in with it, and if you can, set another one at once (updateUser)';

/** What the user must do when it was not replaced. */
export function notReplaced({ problem, isCertain }: NotReplaced): string {
  return `${isCertain ? setAtOnce : tryAtOnce}. It could not be set again: ${problem}`;
}

/**
 * Replaces the password that groot has after a drop of all data, and after a restore without groot, such as one that failed: everybody
 * knows it. With it, anybody who reaches Alpha is the superuser.
 */
export class WellKnownPassword {
  constructor(
    private readonly client: ClusterClient,
    private readonly session: ClusterSession,
    private readonly user: User,
    private readonly clock: Clock,
  ) {}

  /** Sets that of the settings. A log-in with the well-known one shows that groot has it. */
  async replace(call: Call): Promise<Replaced> {
    const within = { ...call, deadline: Math.max(call.deadline, this.clock.now() + withinMs) };
    const { user: name, password } = this.user;
    // A log-in would show nothing, and there is nothing better to set.
    if (password === wellKnownPassword) return "not well-known";
    // Whether groot has it for certain.
    let isOpen = false;
    const onRetry = (error: RequestError): void => {
      if (mayHaveActed(error)) isOpen = false;
      call.onRetry?.(error);
    };
    try {
      const token = await this.superuserToken(within);
      if (token === undefined) return "not well-known";
      isOpen = true;
      if (name !== superuser.user)
        return {
          problem: `clusterUser is ${name}, so the password that ${superuser.user} should have is not known`,
          isCertain: true,
        };
      const request = { variables: { name, password }, call: { ...within, onRetry }, isMutation: true };
      await this.client.sendAs(
        token,
        adminRequest("updateUser", request, (data, site) => shaped(site, updateUserSchema, data)),
      );
      this.session.forget();
      return "replaced";
    } catch (error) {
      const problem = error instanceof DgraphCloudError ? clean(scrub(error.why)) : "something unforeseen";
      // A cancelled run does not wait for the answer.
      return { problem, isCertain: isOpen && !mayHaveActed(error) && !(error instanceof CancelledError) };
    }
  }

  /**
   * A token of groot with the well-known password; undefined if it has another one. As long as the user of the settings cannot log in
   * either, Dgraph may not have made groot yet, and will make it with this password.
   */
  private async superuserToken(call: Call): Promise<string | undefined> {
    const until = this.clock.now() + makesWithinMs;
    for (;;) {
      const token = await this.logIn(superuser, call);
      if (token !== undefined || this.clock.now() >= until || (await this.logIn(this.user, call)) !== undefined)
        return token;
      await this.clock.sleep(pauseMs, call.signal);
    }
  }

  /** The token of a user; undefined when Dgraph refuses the log-in. */
  private async logIn(user: User, call: Call): Promise<string | undefined> {
    try {
      return (await this.session.logInAs(user, call)).token;
    } catch (error) {
      if (error instanceof SettingsError) return undefined;
      throw error;
    }
  }
}
