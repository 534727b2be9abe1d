import type { LocalCloud } from "dgraphcloud-local";
import type { SettingName } from "../../provider/api/settings";
import { backend } from "../../provider/backend";
import { backup } from "../../provider/backup";
import { dataDrop } from "../../provider/dataDrop";
import { EngineGoneError } from "../../provider/errors/errors";
import { HostProcess } from "../../provider/host/process";
import { restoreCompletion } from "../../provider/restore/completion";
import { restoreRequest } from "../../provider/restore/request";
import { graphqlSchema } from "../../provider/schema";
import type { Kind } from "../../provider/host/delegate";
import type { TestClock } from "../harness/clocks";
import { type Provider, providerOf } from "../harness/hosts/provider";

/** What is killed: the provider process alone, or the engine with all its processes. */
export type KilledProcess = "provider" | "engine";

/** The provider process of one engine operation, which has no memory of earlier ones. */
export class ProviderProcess {
  /** The log lines that it sent to the engine. */
  readonly lines: string[] = [];
  killed: KilledProcess | undefined;
  private readonly end = new AbortController();
  private readonly providers: Readonly<Record<Kind, Provider>>;

  constructor(clock: TestClock, { endpoint, accounts }: LocalCloud, random: () => number) {
    const { signal } = this.end;
    const log = (_: string | undefined, message: string): boolean => this.lines.push(message) > 0;
    const host = new HostProcess(clock, () => ({ log, signal, flushed: () => Promise.resolve() }), random);
    const [account] = accounts;
    const settings: Partial<Record<SettingName, string | undefined>> = { endpoint, ...account };
    host.configure((setting) => settings[setting]);
    this.providers = {
      backend: providerOf(backend, host),
      restoreRequest: providerOf(restoreRequest, host),
      restoreCompletion: providerOf(restoreCompletion, host),
      dataDrop: providerOf(dataDrop, host),
      graphqlSchema: providerOf(graphqlSchema, host),
      backup: providerOf(backup, host),
    };
  }

  provider(kind: Kind): Provider {
    return this.providers[kind];
  }

  /** Ends all running calls, whose answers are lost. */
  kill(victim: KilledProcess): void {
    this.killed ??= victim;
    this.end.abort(new EngineGoneError({ code: "DGC210", why: "killed by the test.", next: "Run pulumi up again." }));
  }
}
