import { isDeepStrictEqual } from "node:util";
import { type Clock, formatDuration, systemClock } from "../time";
import { Account } from "../run/account";
import { endpointUrl, readSettings, type SettingName, type Settings } from "../api/settings";
import type { Context } from "../resource/context";
import { DgraphCloudError } from "../errors/errors";
import { type EngineChannel, connectEngine, engineAddress } from "./engineChannel";
import { presentable } from "../resource/messages";
import { Row } from "./row";
import { SharedSiblings } from "../run/siblings";
import { type Report } from "../resource/replays";

/** What a row says of an operation that had to try again. */
const succeeded = {
  check: "checked",
  diff: "compared",
  create: "created",
  read: "read",
  update: "updated",
  delete: "deleted",
} as const;

/** What all resource types of one process share: settings, account, clock, and the way to the engine. */
export class HostProcess {
  private settings: Settings = readSettings(() => undefined, process.env);
  private cloud: { readonly of: Settings; readonly value: Account } | undefined;
  private engine: EngineChannel | undefined;

  constructor(
    private readonly clock: Clock = systemClock,
    private readonly connect: () => EngineChannel = connectEngine,
    private readonly random: () => number = Math.random,
    private readonly engineOf: () => string | undefined = engineAddress,
  ) {}

  /** Takes the settings. Neither awaits nor throws: the host would go on with a provider that knows none. */
  configure(stack: (name: SettingName) => string | undefined): void {
    const settings = readSettings(stack, process.env);
    // Each type of resource is configured by itself, and all must share one account: its queue, its list, what it has met.
    if (!isDeepStrictEqual(settings, this.settings)) this.settings = settings;
  }

  /** What is wrong with the settings, told without a call. */
  settingsFailure(): DgraphCloudError | undefined {
    try {
      endpointUrl(this.settings.endpoint);
      return undefined;
    } catch (error) {
      if (error instanceof DgraphCloudError) return error;
      throw error;
    }
  }

  /** Does one operation on a resource. What its row shows in the end is true: the engine keeps it there. */
  async run<T>({ urn, step }: Pick<Report, "urn" | "step">, work: (context: Context) => Promise<T>): Promise<T> {
    const engine = (this.engine ??= this.connect());
    const row = new Row(urn, this.clock, (line) => engine.log(urn, line, { ephemeral: true }));
    const startedAt = this.clock.now();
    const result = await work(this.of(urn, engine, row));
    row.end(`${succeeded[step]} after ${formatDuration(this.clock.now() - startedAt)}`);
    // Behind the engine's own word that the resource is finished, a line would show the row once more.
    await engine.flushed();
    return result;
  }

  private of(urn: string | undefined, engine: EngineChannel, row: Row): Context {
    const put = (text: string, severity: "INFO" | "WARNING", print: (line: string) => void): void => {
      const line = presentable(text);
      if (engine.log(urn, line, { ephemeral: false, severity })) row.replaced();
      else print(line);
    };
    return {
      urn,
      account: this.sharedCloud(),
      clock: this.clock,
      signal: engine.signal,
      progress: (text) => {
        row.progress(text);
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
      reportFailure: (message) => {
        if (!engine.log(urn, message, { ephemeral: false, severity: "ERROR" })) console.error(message);
      },
    };
  }

  private sharedCloud(): Account {
    if (this.cloud?.of !== this.settings) {
      const engine = this.engineOf();
      const { href } = endpointUrl(this.settings.endpoint);
      const sightings = engine === undefined ? undefined : new SharedSiblings(href, engine);
      this.cloud = { of: this.settings, value: new Account(this.settings, this.clock, this.random, sightings) };
    }
    return this.cloud.value;
  }
}
