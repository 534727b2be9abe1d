import { existsSync, mkdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Alpha } from "./alpha";
import { makeCertificates } from "./certificates";
import { Child } from "./child";
import { type PairPorts, portsOf } from "./ports";
import { recordOf, writeRecords } from "../../storage/processes";
import { takesPlainHttp } from "./plainHttp";
import { foldersOf, type PairSettings, writeSettings } from "./settings";
import { TlsClient } from "./tlsClient";

export interface PairOptions extends Omit<PairSettings, "ports"> {
  readonly executable: string;
  /** Every line that Alpha says. */
  readonly onAlphaLine: (line: string) => void;
  /** Called when it is up and takes connections without TLS all the same. */
  readonly onPlainHttp: () => void;
  /** Called once when it ends, after it was up, without having been asked to. */
  readonly onDeath: (how: string) => void;
}

const startsWithinMs = 120_000;
const pollMs = 100;
const answersWithinMs = 5_000;
// Zero does not end by itself while it waits for an Alpha; it writes as it goes, so that no patience is needed.
const zeroPatienceMs = 1_000;
const alphaPatienceMs = 15_000;

/** The Zero and the Alpha of one backend while they run. */
export class Pair {
  readonly alpha: Alpha;
  private isUp = false;
  private isEnding = false;
  private earlyDeath: string | undefined;

  private constructor(
    private readonly options: PairOptions,
    /** Where both listen. */
    readonly ports: PairPorts,
    /** What both let in. */
    readonly client: TlsClient,
    private readonly zeroProcess: Child,
    private readonly alphaProcess: Child,
    aclKey: string | undefined,
  ) {
    this.alpha = new Alpha({ client, port: ports.alphaHttp, adminToken: options.adminToken, aclKey });
    this.watch("Zero", zeroProcess);
    this.watch("Alpha", alphaProcess);
  }

  /** Starts both and waits until Alpha takes requests; ends them again when the signal says so before. */
  static async start(options: PairOptions, signal: AbortSignal): Promise<Pair> {
    signal.throwIfAborted();
    const pair = await Pair.launch(options, await portsOf(options.folder), signal);
    const abandon = (): void => {
      pair.abandon();
    };
    signal.addEventListener("abort", abandon);
    try {
      await pair.untilUp(signal);
    } catch (error) {
      await pair.kill();
      throw error;
    } finally {
      signal.removeEventListener("abort", abandon);
    }
    return pair;
  }

  private static async launch(options: PairOptions, ports: PairPorts, signal: AbortSignal): Promise<Pair> {
    const { logs, processes, proposals } = foldersOf(options.folder);
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
      // Alpha does again what it has not finished, and a restore fails for good while Zero has no say yet.
      if (hasProposals) await untilZeroLeads(client, ports.zeroHttp, zero, signal);
      return new Pair(options, ports, client, zero, start("alpha"), settings.aclKey);
    } catch (error) {
      // What could not be written down, nobody would find later.
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

  /** Ends both in order, with what they hold on the disk. */
  async stop(): Promise<void> {
    this.isEnding = true;
    await this.alphaProcess.stop(alphaPatienceMs);
    await this.zeroProcess.stop(zeroPatienceMs);
    this.forget();
  }

  /** Ends both at once. */
  async kill(): Promise<void> {
    this.abandon();
    await Promise.all([this.alphaProcess.ended, this.zeroProcess.ended]);
    this.forget();
  }

  /** Ends both without waiting: the process that has them may be going away itself. */
  abandon(): void {
    this.isEnding = true;
    this.alphaProcess.kill();
    this.zeroProcess.kill();
  }

  private async untilUp(signal: AbortSignal): Promise<void> {
    const began = Date.now();
    while (!(await this.alpha.answers())) {
      if (this.earlyDeath !== undefined) throw new Error(this.earlyDeath);
      if (Date.now() - began > startsWithinMs)
        throw new Error(`Alpha took no requests within ${startsWithinMs / 1_000} s: ${this.alphaProcess.lastWords}`);
      await sleep(pollMs, undefined, { signal });
    }
    if (await takesPlainHttp(this.ports.alphaHttp)) this.options.onPlainHttp();
    if (this.earlyDeath !== undefined) throw new Error(this.earlyDeath);
    this.isUp = true;
  }

  private watch(role: string, child: Child): void {
    void child.ended.then(async (how) => {
      if (this.isEnding) return;
      const why = `${role} ended (${how}): ${child.lastWords}`;
      await this.kill();
      if (this.isUp) this.options.onDeath(why);
      else this.earlyDeath = why;
    });
  }

  private forget(): void {
    this.client.close();
    rmSync(foldersOf(this.options.folder).processes, { force: true });
  }
}

async function untilZeroLeads(client: TlsClient, port: number, zero: Child, signal: AbortSignal): Promise<void> {
  let death: string | undefined;
  void zero.ended.then((how) => (death = how));
  for (const began = Date.now(); Date.now() - began < startsWithinMs;) {
    if (death !== undefined) throw new Error(`Zero ended (${death}): ${zero.lastWords}`);
    if (await leads(client, port)) return;
    await sleep(pollMs, undefined, { signal });
  }
  throw new Error(`Zero did not lead within ${startsWithinMs / 1_000} s: ${zero.lastWords}`);
}

/** Its state calls it the leader a moment before it acts as one: a time is given by one that does. */
async function leads(client: TlsClient, port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(answersWithinMs);
    const { text } = await client.send({ port, path: "/assign?what=timestamps&num=1", method: "GET", signal });
    return "startId" in (JSON.parse(text) as object);
  } catch {
    return false;
  }
}
