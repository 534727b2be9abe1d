import { Account as ProviderAccount } from "../../provider/run/account";
import type { Context } from "../../provider/resource/context";
import { TestClock } from "../harness/clocks";
import { contextOf } from "../harness/contexts";
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
    this.context = contextOf({ account: this.account, clock: this.clock }, (text) => {
      this.said.push(text);
    });
  }

  within(ms = 60_000): Operation {
    const startedAt = this.clock.now();
    const timeout = { input: "timeouts.create", value: `${ms / 1_000}s`, ms };
    return { timeout, startedAt, deadline: startedAt + ms, signal: this.context.signal };
  }
}
