import { isDeepStrictEqual } from "node:util";
import { type Clock, formatDuration, systemClock } from "../time";
import { Account } from "../run/account";
import {
  connectionOf,
  endpointUrl,
  readSettings,
  type SettingName,
  type Settings,
  settingsProblem,
} from "../api/settings";
import type { Connection } from "../resource/connection";
import type { Context } from "../resource/context";
import type { DgraphCloudError } from "../errors/errors";
import { type EngineChannel, connectEngine, engineAddress } from "./engineChannel";
import { presentable } from "../resource/messages";
import { Row } from "./row";
import type { RunFacts } from "../run/facts";
import { SharedSiblings } from "../run/siblingProcesses";
import type { Host, Step } from "../resource/hostInterface";
import { asError } from "./failures";

/** How the row of a resource ends after an operation that had to try again. */
const succeeded = {
  check: "checked",
  diff: "compared",
  create: "created",
  read: "read",
  update: "updated",
  delete: "deleted",
} as const;

/** What all resource types of one process share: settings, account, clock, and the channel to the engine. */
export class HostProcess implements Host {
  private settings: Settings = readSettings(() => undefined, process.env);
  private account: { readonly of: Settings; readonly value: Account } | undefined;
  private engine: EngineChannel | undefined;

  constructor(
    private readonly clock: Clock = systemClock,
    private readonly connect: () => EngineChannel = connectEngine,
    private readonly random: () => number = Math.random,
    private readonly engineOf: () => string | undefined = engineAddress,
  ) {}

  /** Stores the settings. Must not await or throw: the engine's host would go on with a provider that has none. */
  configure(stack: (name: SettingName) => string | undefined): void {
    const settings = readSettings(stack, process.env);
    // Each type of resource is configured separately. All must share one account: its queue, its list, its records.
    if (!isDeepStrictEqual(settings, this.settings)) this.settings = settings;
  }

  connection(): Connection | undefined {
    return connectionOf(this.settings);
  }

  settingsFailure(): DgraphCloudError | undefined {
    return settingsProblem(this.settings);
  }

  /** What this run knows of backends; none where the settings connect to nothing. */
  facts(): RunFacts | undefined {
    return this.settingsFailure() === undefined ? this.sharedAccount().facts : undefined;
  }

  async run<T>(step: Step, work: (context: Context) => Promise<T>): Promise<T> {
    try {
      return await this.inRow(step, work);
    } catch (error) {
      throw asError(step, error);
    }
  }

  /** Runs a step with a row of its own. The engine keeps the row's last line, so that line must be true after the step. */
  private async inRow<T>(step: Step, work: (context: Context) => Promise<T>): Promise<T> {
    const engine = (this.engine ??= this.connect());
    const row = new Row(step.urn, this.clock, (line) => engine.log(step.urn, line, { ephemeral: true }));
    const startedAt = this.clock.now();
    const result = await work(this.contextOf(step, engine, row));
    row.end(`${succeeded[step.name]} after ${formatDuration(this.clock.now() - startedAt)}`);
    // A line that comes after the engine's own "created" would show the row once more.
    await engine.flushed();
    return result;
  }

  private contextOf(step: Step, engine: EngineChannel, row: Row): Context {
    const { urn } = step;
    const put = (text: string, severity: "INFO" | "WARNING", print: (line: string) => void): void => {
      const line = presentable(text);
      if (engine.log(urn, line, { ephemeral: false, severity })) row.replaced();
      else print(line);
    };
    return {
      urn,
      account: this.sharedAccount(),
      clock: this.clock,
      signal: engine.signal,
      progress: (status, line) => {
        row.progress(status, line);
      },
      reached: (text) => {
        row.reached(text);
      },
      info: (text) => {
        put(text, "INFO", console.log);
      },
      warn: (text) => {
        put(text, "WARNING", console.warn);
      },
      reportFailure: (failure) => {
        const { message } = asError(step, failure);
        if (!engine.log(urn, message, { ephemeral: false, severity: "ERROR" })) console.error(message);
      },
    };
  }

  private sharedAccount(): Account {
    if (this.account?.of !== this.settings) {
      const engine = this.engineOf();
      const href = this.settings.cluster?.url ?? endpointUrl(this.settings.endpoint).href;
      const siblings = engine === undefined ? undefined : new SharedSiblings(href, engine);
      this.account = { of: this.settings, value: new Account(this.settings, this.clock, this.random, siblings) };
    }
    return this.account.value;
  }
}
