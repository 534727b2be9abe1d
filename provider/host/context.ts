import { isDeepStrictEqual } from "node:util";
import { type Clock, systemClock } from "../clock";
import { Cloud } from "../cloud";
import { endpointUrl, readSettings, type SettingName, type Settings } from "../config";
import type { Context } from "../context";
import { DgraphCloudError } from "../errors";
import { type EngineChannel, connectEngine, engineAddress } from "./engineChannel";
import { presentable } from "../message";
import { SharedSightings } from "./sightings";

/** How often a wait repeats itself: in the resource's row, where a line takes the place of the last, and on plain lines. */
const repeatRowMs = 10_000;
const repeatPlainMs = 30_000;

/** What all resource types of one process share: settings, account, clock, and the way to the engine. */
export class HostContext {
  private settings: Settings = readSettings(() => undefined, process.env);
  private cloud: { readonly of: Settings; readonly value: Cloud } | undefined;
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

  /** The context of one operation on the resource with this URN. */
  of(urn: string | undefined): Context {
    const engine = (this.engine ??= this.connect());
    return {
      cloud: this.sharedCloud(),
      clock: this.clock,
      signal: engine.signal,
      progress: this.progress(urn, engine),
      say: (text) => {
        if (!engine.log(urn, presentable(text), { ephemeral: false })) console.log(presentable(text));
      },
      warn: (text) => {
        const line = presentable(text);
        if (!engine.log(urn, line, { ephemeral: false, severity: "WARNING" })) console.warn(line);
      },
      fail: (message) => {
        if (!engine.log(urn, message, { ephemeral: false, severity: "ERROR" })) console.error(message);
      },
    };
  }

  private sharedCloud(): Cloud {
    if (this.cloud?.of !== this.settings) {
      const engine = this.engineOf();
      const { href } = endpointUrl(this.settings.endpoint);
      const sightings = engine === undefined ? undefined : new SharedSightings(href, engine);
      this.cloud = { of: this.settings, value: new Cloud(this.settings, this.clock, this.random, sightings) };
    }
    return this.cloud.value;
  }

  private progress(urn: string | undefined, engine: EngineChannel): (text: string) => void {
    let saidAt = Number.NEGATIVE_INFINITY;
    let saidStatus = "";
    let repeatMs = repeatRowMs;
    return (text) => {
      const line = presentable(text);
      // The elapsed time behind the last comma changes with every look; the status before it is the news.
      const status = line.replace(/, [^,]*$/, "");
      const now = this.clock.now();
      if (status === saidStatus && now - saidAt < repeatMs) return;
      [saidAt, saidStatus] = [now, status];
      if (urn !== undefined && engine.log(urn, line, { ephemeral: true })) return;
      repeatMs = repeatPlainMs;
      console.log(urn === undefined ? line : `${urn.split("::").at(-1) ?? urn}: ${line}`);
    };
  }
}
