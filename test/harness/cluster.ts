import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { prepareDgraph } from "../../tools/dgraph";
import { AlphaClient } from "./alphaClient";
import { pause } from "./clocks";
import { DgraphNode, type NodeOptions } from "./dgraphNode";
import { makeTemporaryFolder, removeFolder } from "./folders";

export interface ClusterOptions {
  /** Default: 1. */
  readonly alphas?: number;
  /** Default: 1. */
  readonly zeros?: number;
  /** How many Alphas hold the same data. Default: 1, so that each Alpha is a group of its own. */
  readonly replicas?: number;
  /** Access control, with the lifetimes of its tokens, such as "30s". */
  readonly accessControl?: { readonly accessTtl?: string; readonly refreshTtl?: string };
  /** The token that Alpha wants for its admin operations. */
  readonly securityToken?: string;
  /** The key with which the data and the backups are encrypted: 16, 24 or 32 characters. */
  readonly encryptionKey?: string;
  /** Variables for each Alpha, such as the keys of an object store. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The user and the password that a new Dgraph with access control has. */
export const firstUser = { user: "groot", password: "password" };

const startsWithinMs = 120_000;
const answersWithinMs = 5_000;
const pollMs = 100;
const attempts = 3;
const cacheMb = 64;

/** Starts Zeros and Alphas on loopback ports, and waits until each Alpha takes requests. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  for (let attempt = 1; ; attempt++) {
    const cluster = await Cluster.make(options);
    try {
      await cluster.start();
      return cluster;
    } catch (error) {
      const portTaken = cluster.nodes.some(({ log }) => log.includes("address already in use"));
      await cluster.close();
      // Another process may take a port between the search for free ones and the start.
      if (!portTaken || attempt === attempts) throw error;
    }
  }
}

/** A cluster of the real Dgraph, of one node or of many, in a temporary folder. */
export class Cluster {
  private constructor(
    readonly folder: string,
    readonly zeros: readonly DgraphNode[],
    readonly alphas: readonly Alpha[],
  ) {}

  static async make(options: ClusterOptions): Promise<Cluster> {
    const { executable } = await prepareDgraph();
    const folder = makeTemporaryFolder("cluster");
    const zeroPorts = await reserve(options.zeros ?? 1);
    const zeroAddresses = zeroPorts.map((offset) => `127.0.0.1:${5_080 + offset}`);
    const zeros = zeroPorts.map((offset, index) => {
      const settings = {
        my: zeroAddresses[index],
        port_offset: offset,
        raft: `idx=${index + 1}`,
        replicas: options.replicas ?? 1,
        wal: "zw",
        ...(index > 0 && { peer: zeroAddresses[0] }),
      };
      return new DgraphNode({
        executable,
        role: "zero",
        folder: join(folder, `zero${index + 1}`),
        settings,
        environment: {},
      });
    });
    const alphas = (await reserve(options.alphas ?? 1)).map((offset, index) => {
      const own = join(folder, `alpha${index + 1}`);
      mkdirSync(own);
      const settings = {
        my: `127.0.0.1:${7_080 + offset}`,
        zero: zeroAddresses.join(","),
        port_offset: offset,
        cache: `size-mb=${cacheMb}`,
        security: `whitelist=127.0.0.1;${options.securityToken === undefined ? "" : ` token=${options.securityToken};`}`,
        ...accessControlOf(own, options.accessControl),
        ...encryptionOf(own, options.encryptionKey),
      };
      const headers = options.securityToken === undefined ? {} : { "x-dgraph-authtoken": options.securityToken };
      const client = new AlphaClient(`http://127.0.0.1:${8_080 + offset}`, headers);
      const node: NodeOptions = {
        executable,
        role: "alpha",
        folder: own,
        settings,
        environment: options.environment ?? {},
      };
      return new Alpha(node, client, options.accessControl !== undefined);
    });
    return new Cluster(folder, zeros, alphas);
  }

  /** The first Alpha. */
  get alpha(): Alpha {
    const [first] = this.alphas;
    if (first === undefined) throw new Error("this cluster has no Alpha");
    return first;
  }

  get nodes(): readonly DgraphNode[] {
    return [...this.zeros, ...this.alphas];
  }

  /** Starts every node that does not run, and waits until each Alpha takes requests. */
  async start(): Promise<void> {
    // Zeros that form a cluster at the same moment may never agree on a leader: the others join the first.
    const [first] = this.zeros;
    if (first?.log === "") {
      first.start();
      await this.whenZerosLead([first]);
    }
    for (const zero of this.zeros) if (!zero.isRunning) zero.start();
    // An Alpha that finds no Zero tries again only after four seconds.
    await this.whenZerosLead(this.zeros);
    for (const alpha of this.alphas) if (!alpha.isRunning) alpha.start();
    await Promise.all(this.alphas.map((alpha) => alpha.whenReady()));
  }

  /** The Alpha that leads the first group. */
  async leader(): Promise<Alpha> {
    for (const began = Date.now(); Date.now() - began < startsWithinMs;) {
      for (const alpha of this.alphas.filter(({ isRunning }) => isRunning)) {
        const led = await leaderAddress(alpha).catch(() => undefined);
        const leader = this.alphas.find(({ internal, isRunning }) => isRunning && internal === led);
        if (leader !== undefined) return leader;
      }
      await pause(pollMs);
    }
    throw new Error("no Alpha leads the group");
  }

  /** Waits until one of these Zeros leads, which alone hands out timestamps. */
  private async whenZerosLead(zeros: readonly DgraphNode[]): Promise<void> {
    const urls = zeros.map(({ settings }) => `http://127.0.0.1:${6_080 + Number(settings["port_offset"])}`);
    const asked = "/assign?what=timestamps&num=1";
    const leads = (url: string): Promise<boolean> =>
      new AlphaClient(url).ask(asked, undefined, undefined, answersWithinMs).then(
        ({ text }) => text.includes("startId"),
        () => false,
      );
    for (const began = Date.now(); !(await Promise.all(urls.map(leads))).includes(true);) {
      const ended = zeros.find(({ isRunning }) => !isRunning);
      if (ended !== undefined) throw new Error(`a Zero ended while it started: ${ended.log.slice(-6_000)}`);
      if (Date.now() - began > startsWithinMs)
        throw new Error(
          `no Zero led within ${startsWithinMs / 1_000} s: ${zeros.map(({ log }) => log.slice(-1_000)).join()}`,
        );
      await pause(pollMs);
    }
  }

  /** Makes a folder that every Alpha can read and write, for backups. */
  makeFolder(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Kills every node, and removes their folder. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    removeFolder(this.folder);
  }
}

/** An Alpha that can be killed, started again and asked. */
export class Alpha extends DgraphNode {
  /** The address under which the other nodes know it. */
  readonly internal: string;

  constructor(
    options: NodeOptions,
    /** Asks it without a log-in. */
    readonly client: AlphaClient,
    private readonly hasAccessControl: boolean,
  ) {
    super(options);
    this.internal = String(options.settings["my"]);
  }

  get url(): string {
    return this.client.url;
  }

  /** The host of its address, with the port. */
  get host(): string {
    return new URL(this.url).host;
  }

  /** Waits until it takes requests. It reports itself healthy some time before it does. */
  async whenReady(): Promise<void> {
    for (const began = Date.now(); !(await this.takesRequests());) {
      if (!this.isRunning) throw new Error(`an Alpha ended while it started: ${this.log.slice(-6_000)}`);
      if (Date.now() - began > startsWithinMs)
        throw new Error(`an Alpha took no requests within ${startsWithinMs / 1_000} s: ${this.log.slice(-6_000)}`);
      await pause(pollMs);
    }
  }

  /** Starts it, again if it runs, and waits until it takes requests. */
  async restart(): Promise<void> {
    await this.stop();
    this.start();
    try {
      await this.whenReady();
    } catch (error) {
      // Killed while it emptied its store, it ends once in the next start.
      if (!String(error).includes("while opening memtables")) throw error;
      this.start();
      await this.whenReady();
    }
  }

  private async takesRequests(): Promise<boolean> {
    const login = `mutation { login(userId: "${firstUser.user}", password: "${firstUser.password}") { response { accessJWT } } }`;
    const query = this.hasAccessControl ? login : "{ getGQLSchema { schema } }";
    try {
      const { errors } = await this.client.ask("/admin", { query }, undefined, answersWithinMs);
      // After a change of the password, this refusal shows as well that it checks users.
      return errors === undefined || errors.includes("invalid username or password");
    } catch {
      return false;
    }
  }
}

async function leaderAddress(alpha: Alpha): Promise<string | undefined> {
  interface Member {
    readonly addr: string;
    readonly leader: boolean;
  }
  const { text } = await alpha.client.ask("/state", undefined, undefined, answersWithinMs);
  const { groups } = JSON.parse(text) as { groups: Record<string, { members: Record<string, Member> }> };
  return Object.values(groups["1"]?.members ?? {}).find(({ leader }) => leader)?.addr;
}

function accessControlOf(folder: string, wanted: ClusterOptions["accessControl"]): Record<string, string> {
  if (wanted === undefined) return {};
  writeFileSync(join(folder, "acl-key"), "a key of 32 bytes for the tokens", { mode: 0o600 });
  const { accessTtl, refreshTtl } = wanted;
  const lifetimes = [
    ...(accessTtl === undefined ? [] : [`access-ttl=${accessTtl}`]),
    ...(refreshTtl === undefined ? [] : [`refresh-ttl=${refreshTtl}`]),
  ];
  return { acl: ["secret-file=acl-key", ...lifetimes].join("; ") };
}

function encryptionOf(folder: string, key: string | undefined): Record<string, string> {
  if (key === undefined) return {};
  writeFileSync(join(folder, "encryption-key"), key, { mode: 0o600 });
  return { encryption: "key-file=encryption-key" };
}

// Below the range that systems use for outgoing connections.
const [lowest, highest] = [1_000, 22_000];
/** The ports of each node at offset 0: those of Zero and Alpha, which lie 1,000 apart. */
const dgraphPorts = [5_080, 6_080, 7_080, 8_080, 9_080];
const reserved = new Set<number>();

/** Offsets at which all ports of a node are free. Two of them share no port, whatever their roles. */
async function reserve(count: number): Promise<number[]> {
  const offsets: number[] = [];
  for (let tries = 0; offsets.length < count; tries++) {
    if (tries === 1_000) throw new Error("there are no free ports for a Dgraph");
    const offset = lowest + Math.floor(Math.random() * (highest - lowest));
    const ports = dgraphPorts.map((port) => port + offset);
    if (ports.some((port) => reserved.has(port)) || !(await allFree(ports))) continue;
    for (const port of ports) reserved.add(port);
    offsets.push(offset);
  }
  return offsets;
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if (!(await isFree(port))) return false;
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => {
      resolve(false);
    });
    probe.listen(port, "127.0.0.1", () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
