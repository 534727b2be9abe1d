import { Account as ProviderAccount } from "../../provider/run/account";
import type { Context } from "../../provider/resource/context";
import { TestClock } from "../harness/clocks";
import { type Operation } from "../../provider/run/operation";

export const token = "canary-of-the-account";

/** An account at an endpoint, with a virtual clock and a record of everything that it would print. */
export class Account {
  readonly clock = new TestClock();
  readonly said: string[] = [];
  readonly account: ProviderAccount;
  readonly context: Context;

  constructor(endpoint: URL | string, settings: { email: string; password: string } | { token: string } = { token }) {
    this.account = new ProviderAccount({ endpoint: String(endpoint), credentials: settings }, this.clock, () => 1);
    const say = (text: string): void => {
      this.said.push(text);
    };
    const signal = new AbortController().signal;
    this.context = {
      urn: undefined,
      account: this.account,
      clock: this.clock,
      signal,
      progress: say,
      reached: say,
      info: say,
      warn: say,
      reportFailure: ({ message }) => {
        say(message);
      },
    };
  }

  within(ms = 60_000): Operation {
    const startedAt = this.clock.now();
    const timeout = { input: "timeouts.create", value: `${ms / 1_000}s`, ms };
    return { timeout, startedAt, deadline: startedAt + ms, signal: this.context.signal };
  }
}
