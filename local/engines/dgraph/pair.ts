import { existsSync, mkdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { recordOf, writeRecords } from "../../storage/processRecords";
import { Alpha } from "./alpha";
import { makeCertificates } from "./certificates";
import { Child } from "./child";
import { takesPlainHttp } from "./plainHttp";
import { type PairPorts, portsOf } from "./ports";
import { type PairSettings, pathsOf, writeSettings } from "./settings";
import { TlsClient } from "./tlsClient";

export interface PairOptions extends Omit<PairSettings, "ports"> {
  readonly executable: string;
  /** Called with every line of Alpha's log. */
  readonly onAlphaLine: (line: string) => void;
  /** Called after the start if Alpha accepts connections without TLS. */
  readonly onPlainHttp: () => void;
  /** Called once if it ends by itself after its start. */
  readonly onDeath: (reason: string) => void;
}

const startsWithinMs = 120_000;
const pollMs = 100;
const answersWithinMs = 5_000;
// Zero does not stop while it waits for an Alpha. It writes continuously, so killing it loses nothing.
const zeroGraceMs = 1_000;
const alphaGraceMs = 15_000;

/** The Zero and the Alpha of one backend while they run. */
export class Pair {
  readonly alpha: Alpha;
  private isUp = false;
  private isEnding = false;
  private earlyDeath: string | undefined;

  private constructor(
    private readonly options: PairOptions,
    /** The ports on which both listen. */
    readonly ports: PairPorts,
    /** A client that both accept. */
    readonly client: TlsClient,
    private readonly zeroProcess: Child,
    private readonly alphaProcess: Child,
    aclKey: string | undefined,
  ) {
    this.alpha = new Alpha({ client, port: ports.alphaHttp, adminToken: options.adminToken, aclKey });
    this.watch("Zero", zeroProcess);
    this.watch("Alpha", alphaProcess);
  }

  /** Starts both, and waits until Alpha takes requests. An abort before that kills them. */
  static async start(options: PairOptions, signal: AbortSignal): Promise<Pair> {
    signal.throwIfAborted();
    const pair = await Pair.launch(options, await portsOf(options.folder), signal);
    const abandon = (): void => {
      pair.abandon();
    };
    signal.addEventListener("abort", abandon);
    try {
      await pair.whenUp(signal);
    } catch (error) {
      await pair.kill();
      throw error;
    } finally {
      signal.removeEventListener("abort", abandon);
    }
    return pair;
  }

  private static async launch(options: PairOptions, ports: PairPorts, signal: AbortSignal): Promise<Pair> {
    const { logs, processes, proposals } = pathsOf(options.folder);
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    const hasProposals = existsSync(proposals);
    const client = new TlsClient(await makeCertificates(options.executable, options.folder, signal));
    const settings = writeSettings({ ...options, ports });
    const { executable, onAlphaLine: onLine } = options;
    const started: Child[] = [];
    const start = (role: "zero" | "alpha"): Child => {
      const child = new Child({
        executable,
        role,
        settings: settings[role],
        logs,
        ...(role === "alpha" && { onLine }),
      });
      started.push(child);
      const records = started.map(({ pid }) => recordOf(pid));
      writeRecords(processes, records);
      return child;
    };
    try {
      const zero = start("zero");
      // Alpha repeats its unfinished proposals, and a restore among them fails for good if Zero is not the leader yet.
      if (hasProposals) await whenZeroLeads(client, ports.zeroHttp, zero, signal);
      return new Pair(options, ports, client, zero, start("alpha"), settings.aclKey);
    } catch (error) {
      // A later run could not find processes that were not recorded.
      for (const child of started) child.kill();
      await Promise.all(started.map(({ ended }) => ended));
      throw error;
    }
  }

  get processes(): readonly number[] {
    return [this.zeroProcess.pid, this.alphaProcess.pid];
  }

  get alphaPid(): number {
    return this.alphaProcess.pid;
  }

  /** Stops both in order, so that their data is written to the disk. */
  async stop(): Promise<void> {
    this.isEnding = true;
    await this.alphaProcess.stop(alphaGraceMs);
    await this.zeroProcess.stop(zeroGraceMs);
    this.release();
  }

  /** Kills both, and waits until they have ended. */
  async kill(): Promise<void> {
    this.abandon();
    await Promise.all([this.alphaProcess.ended, this.zeroProcess.ended]);
    this.release();
  }

  /** Kills both without waiting, for when this process exits. */
  abandon(): void {
    this.isEnding = true;
    this.alphaProcess.kill();
    this.zeroProcess.kill();
  }

  private async whenUp(signal: AbortSignal): Promise<void> {
    const began = Date.now();
    while (!(await this.alpha.answers())) {
      if (this.earlyDeath !== undefined) throw new Error(this.earlyDeath);
      if (Date.now() - began > startsWithinMs)
        throw new Error(`Alpha took no requests within ${startsWithinMs / 1_000} s: ${this.alphaProcess.lastLogLine}`);
      await sleep(pollMs, undefined, { signal });
    }
    if (await takesPlainHttp(this.ports.alphaHttp)) this.options.onPlainHttp();
    if (this.earlyDeath !== undefined) throw new Error(this.earlyDeath);
    this.isUp = true;
  }

  private watch(role: string, child: Child): void {
    void child.ended.then(async (how) => {
      if (this.isEnding) return;
      const reason = `${role} ended (${how}): ${child.lastLogLine}`;
      await this.kill();
      if (this.isUp) this.options.onDeath(reason);
      else this.earlyDeath = reason;
    });
  }

  private release(): void {
    this.client.close();
    rmSync(pathsOf(this.options.folder).processes, { force: true });
  }
}

async function whenZeroLeads(client: TlsClient, port: number, zero: Child, signal: AbortSignal): Promise<void> {
  let death: string | undefined;
  void zero.ended.then((how) => (death = how));
  for (const began = Date.now(); Date.now() - began < startsWithinMs;) {
    if (death !== undefined) throw new Error(`Zero ended (${death}): ${zero.lastLogLine}`);
    if (await leads(client, port)) return;
    await sleep(pollMs, undefined, { signal });
  }
  throw new Error(`Zero did not become the leader within ${startsWithinMs / 1_000} s: ${zero.lastLogLine}`);
}

/** Whether Zero assigns timestamps, as only a leader does. Its state names it the leader a moment too early. */
async function leads(client: TlsClient, port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(answersWithinMs);
    const { text } = await client.send({ port, path: "/assign?what=timestamps&num=1", method: "GET", signal });
    return "startId" in (JSON.parse(text) as object);
  } catch {
    return false;
  }
}
