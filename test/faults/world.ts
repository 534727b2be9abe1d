import { type Backup, type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import type { SettingName } from "../../provider/api/settings";
import { backend } from "../../provider/backend";
import { backup } from "../../provider/backup";
import { dataDrop } from "../../provider/dataDrop";
import { HostProcess } from "../../provider/host/process";
import { restoreCompletion } from "../../provider/restore/completion";
import { restoreRequest } from "../../provider/restore/request";
import { graphqlSchema } from "../../provider/schema";
import { type Outcome, SimulatedStack } from "./simulatedStack";
import type { Network } from "./network";
import type { VirtualTime } from "../harness/clocks";
import { type Provider, providerOf } from "../harness/hosts/provider";

export type Values = Record<string, unknown>;
export type Type = "backend" | "request" | "completion" | "drop" | "schema";

/** A password that is never printed or stored, so that any occurrence is a leak. */
export const password = "canary-password-4711";
const account = { email: "canary@example.com", password };

interface WorldOptions {
  /** Whether all requests use public names and https. */
  readonly secure?: boolean;
  /** Whether the user gives a token instead of e-mail and password. */
  readonly ownToken?: boolean;
}

/** A stack, a cloud with two backends outside of it, and a provider process that can be restarted. */
export class World {
  readonly stack = new SimulatedStack();
  /** Everything that was shown to the user. */
  shown = "";
  local!: LocalCloud;
  source = "";
  target = "";
  /** The backup of the source. */
  backup!: Backup;
  private providers!: Record<Type, Provider>;
  private outside: string[] = [];
  private token: string | undefined;
  private readonly debugLog = new DebugLog();

  private constructor(
    readonly time: VirtualTime,
    readonly network: Network,
    private readonly options: WorldOptions,
  ) {}

  static async start(time: VirtualTime, network: Network, options: WorldOptions = {}): Promise<World> {
    const world = new World(time, network, options);
    world.local = await startLocalCloud({
      accounts: [account],
      provisioningMs: 3_000,
      restoreMs: 4_000,
      now: () => time.now(),
    });
    try {
      await world.createBackends();
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async stop(): Promise<void> {
    this.debugLog.end();
    await this.local.close();
  }

  /** The debug log, with one line per request. */
  get logged(): string {
    return this.debugLog.text;
  }

  /** Uids of the backends outside of the stack. */
  get unmanaged(): readonly string[] {
    return this.outside;
  }

  /** Starts a new provider process, without the memory of the old one. */
  restart(): void {
    const { signal } = new AbortController();
    const log = (_: string | undefined, text: string): boolean => {
      this.shown += `${text}\n`;
      return true;
    };
    const host = new HostProcess(this.time, () => ({ log, signal, flushed: () => Promise.resolve() }));
    const endpoint =
      this.options.secure === true
        ? this.local.endpoint.replace("http://127.0.0.1", "https://localhost")
        : this.local.endpoint;
    if (this.options.secure === true) this.network.name("localhost", `127.0.0.1:${this.local.port}`);
    const settings: Partial<Record<SettingName, string | undefined>> = { endpoint, ...this.credentials };
    host.configure((name) => settings[name]);
    this.providers = {
      backend: providerOf(backend, host),
      request: providerOf(restoreRequest, host),
      completion: providerOf(restoreCompletion, host),
      drop: providerOf(dataDrop, host),
      schema: providerOf(graphqlSchema, host),
    };
  }

  async up(name: string, type: Type, inputs: Values): Promise<Outcome> {
    const timeouts = {
      create: "2m",
      ...((type === "backend" || type === "schema") && { update: "2m" }),
      ...(type === "backend" && { delete: "2m" }),
    };
    const wanted = { timeouts, ...inputs, __urn: urnOf(name, type) };
    return this.stack.up(name, this.providers[type], wanted, () => true);
  }

  /** Runs an up that prepares something and must succeed. */
  async prepare(name: string, type: Type, inputs: Values): Promise<void> {
    const { error } = await this.up(name, type, inputs);
    if (error !== undefined) throw error;
  }

  async refresh(name: string, type: Type = "backend"): Promise<void> {
    await this.stack.refresh(name, this.providers[type]);
  }

  async delete(name: string): Promise<void> {
    await this.providers.backend.delete(this.stack.id(name) ?? "", this.stack.outputs(name) ?? {});
    this.stack.forget(name);
  }

  private get credentials(): { token: string | undefined; email: string | undefined; password: string | undefined } {
    if (this.options.ownToken !== true) return { token: undefined, ...account };
    this.token ??= this.local.cloud.login(account.email, account.password) ?? "";
    return { token: this.token, email: undefined, password: undefined };
  }

  private async createBackends(): Promise<void> {
    this.source = await this.make("production");
    this.target = await this.make("staging");
    this.time.pass(10_000);
    this.backup = await this.local.cloud.get(this.source).takeBackup();
    this.restart();
  }

  /** Creates a backend outside of the stack. */
  private async make(name: string): Promise<string> {
    const made = { name, zone: "us-east-1", deploymentType: "dedicated" };
    const deployment = await this.local.cloud.createDeployment(account, made);
    await this.local.cloud.get(deployment.uid).engine.setSchema("type Author { id: ID! name: String }");
    this.outside.push(deployment.uid);
    if (this.options.secure === true) {
      const host = `${name}.cloud.test`;
      this.network.name(host, deployment.url);
      deployment.url = host;
    }
    return deployment.uid;
  }
}

const kinds = {
  backend: backend.kind,
  request: restoreRequest.kind,
  completion: restoreCompletion.kind,
  drop: dataDrop.kind,
  schema: graphqlSchema.kind,
  backup: backup.kind,
} as const;

export function urnOf(name: string, type: keyof typeof kinds): string {
  return `urn:pulumi:dev::test::pulumi-nodejs:dynamic/dgraphcloud:${kinds[type]}::${name}`;
}

/** Captures what the provider logs to standard error with DGRAPHCLOUD_LOG=debug. */
export class DebugLog {
  text = "";
  private readonly print = console.error;

  constructor() {
    process.env["DGRAPHCLOUD_LOG"] = "debug";
    console.error = (line: string) => {
      this.text += `${line}\n`;
    };
  }

  end(): void {
    delete process.env["DGRAPHCLOUD_LOG"];
    console.error = this.print;
  }
}
