import { backup } from "../../../provider/backup";
import { dataDrop } from "../../../provider/dataDrop";
import { HostProcess } from "../../../provider/host/process";
import { restoreCompletion } from "../../../provider/restore/completion";
import { restoreRequest } from "../../../provider/restore/request";
import { graphqlSchema } from "../../../provider/schema";
import type { VirtualTime } from "../../harness/clocks";
import { FakeCluster } from "../../harness/fakeCluster";
import { type Provider, providerOf } from "../../harness/hosts/provider";
import type { Network } from "../network";
import { schemaBefore } from "../schemas";
import { type Outcome, SimulatedStack } from "../simulatedStack";
import { DebugLog, urnOf, type Values } from "../world";

export type Type = "schema" | "drop" | "request" | "completion" | "backup";

/** Where the backups of the world are. */
export const folder = "/srv/backups";
const password = "canary-password-4711";
const authToken = "canary-admin-token-4712";
const headers = { "x-gateway-key": "canary-gateway-key-4713" };

/** A stack, a cluster behind a gateway, with access control and data, and a provider process that can be restarted. */
export class ClusterWorld {
  readonly stack = new SimulatedStack();
  /** Everything that was shown to the user. */
  shown = "";
  private providers!: Record<Type, Provider>;
  private readonly debugLog = new DebugLog();

  private constructor(
    readonly time: VirtualTime,
    readonly network: Network,
    readonly cluster: FakeCluster,
  ) {}

  static async start(time: VirtualTime, network: Network): Promise<ClusterWorld> {
    const cluster = await FakeCluster.start({
      now: () => time.now(),
      restoreMs: 4_000,
      backupMs: 3_000,
      groot: password,
      authToken,
      gatewayHeaders: headers,
    });
    const world = new ClusterWorld(time, network, cluster);
    cluster.setText(schemaBefore);
    cluster.addNodes(3, "Author", ["Author.name", "Author.age"]);
    cluster.takeBackup(folder);
    // The path of a backup is its time.
    time.pass(1_000);
    world.restart();
    return world;
  }

  async stop(): Promise<void> {
    this.debugLog.end();
    await this.cluster.close();
  }

  /** The debug log, with one line per request. */
  get logged(): string {
    return this.debugLog.text;
  }

  /** Starts a new provider process, without the memory of the old one. */
  restart(): void {
    const { signal } = new AbortController();
    const log = (_: string | undefined, text: string): boolean => {
      this.shown += `${text}\n`;
      return true;
    };
    const host = new HostProcess(this.time, () => ({ log, signal, flushed: () => Promise.resolve() }));
    const settings: Readonly<Partial<Record<string, string>>> = {
      clusterUrl: this.cluster.url,
      clusterAuthToken: authToken,
      clusterUser: "groot",
      clusterPassword: password,
      clusterHeaders: JSON.stringify(headers),
    };
    host.configure((name) => settings[name]);
    this.providers = {
      schema: providerOf(graphqlSchema, host),
      drop: providerOf(dataDrop, host),
      request: providerOf(restoreRequest, host),
      completion: providerOf(restoreCompletion, host),
      backup: providerOf(backup, host),
    };
  }

  async up(name: string, type: Type, inputs: Values): Promise<Outcome> {
    const timeouts = { create: "2m", ...(type === "schema" && { update: "2m" }) };
    return this.stack.up(name, this.providers[type], { timeouts, ...inputs, __urn: urnOf(name, type) }, () => true);
  }

  /** Runs an up that prepares something and must succeed. */
  async prepare(name: string, type: Type, inputs: Values): Promise<void> {
    const { error } = await this.up(name, type, inputs);
    if (error !== undefined) throw error;
  }

  async refresh(name: string, type: Type): Promise<void> {
    await this.stack.refresh(name, this.providers[type]);
  }
}
