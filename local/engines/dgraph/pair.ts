import { mkdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Alpha } from "./alpha";
import { Child } from "./child";
import { type PairPorts, portsOf } from "./ports";
import { type ProcessRecord, recordOf, writeRecords } from "./records";
import { foldersOf, type PairSettings, writeSettings } from "./settings";

export interface PairOptions extends Omit<PairSettings, "ports"> {
  readonly executable: string;
  /** Every line that Alpha says. */
  readonly onAlphaLine: (line: string) => void;
  /** Called once when it ends without having been asked to. */
  readonly onDeath: (how: string) => void;
}

const startsWithinMs = 120_000;
const pollMs = 100;
// Zero does not end by itself while it waits for an Alpha; it writes as it goes, so that no patience is needed.
const zeroPatienceMs = 1_000;
const alphaPatienceMs = 15_000;

/** The Zero and the Alpha of one backend while they run. */
export class Pair {
  private ending = false;

  private constructor(
    private readonly options: PairOptions,
    private readonly ports: PairPorts,
    private readonly zero: Child,
    private readonly alphaProcess: Child,
    readonly alpha: Alpha,
  ) {
    for (const [role, child] of [
      ["Zero", zero],
      ["Alpha", alphaProcess],
    ] as const) {
      void child.ended.then((how) => {
        if (this.ending) return;
        void this.kill().then(() => {
          options.onDeath(`${role} ended (${how}): ${child.lastWords}`);
        });
      });
    }
  }

  /** Starts both and waits until Alpha takes requests. */
  static async start(options: PairOptions): Promise<Pair> {
    const ports = await portsOf(options.folder);
    const { logs, processes } = foldersOf(options.folder);
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    const settings = writeSettings({ ...options, ports });
    const { executable } = options;
    const records: ProcessRecord[] = [];
    const record = (child: Child): Child => {
      records.push(recordOf(child.pid));
      writeRecords(processes, records);
      return child;
    };
    const zero = record(new Child({ executable, role: "zero", settings: settings.zero, logs }));
    const alpha = record(
      new Child({ executable, role: "alpha", settings: settings.alpha, logs, onLine: options.onAlphaLine }),
    );
    let early: string | undefined;
    let up = false;
    const pair = new Pair(
      {
        ...options,
        onDeath: (how) => {
          if (up) options.onDeath(how);
          else early = how;
        },
      },
      ports,
      zero,
      alpha,
      new Alpha({ port: ports.alphaHttp, adminToken: options.adminToken, acl: options.acl }),
    );
    for (let waited = 0; !(up = await pair.alpha.answers()); waited += pollMs) {
      if (early !== undefined) throw new Error(early);
      if (pair.ending) throw new Error("it was stopped while it started");
      if (waited >= startsWithinMs) {
        await pair.kill();
        throw new Error(`Alpha took no requests within ${startsWithinMs / 1_000} s: ${alpha.lastWords}`);
      }
      await sleep(pollMs);
    }
    return pair;
  }

  get processes(): readonly number[] {
    return [this.zero.pid, this.alphaProcess.pid];
  }

  get alphaPid(): number {
    return this.alphaProcess.pid;
  }

  get httpPort(): number {
    return this.ports.alphaHttp;
  }

  /** Ends both in order, with what they hold on the disk. */
  async stop(): Promise<void> {
    this.ending = true;
    await this.alphaProcess.stop(alphaPatienceMs);
    await this.zero.stop(zeroPatienceMs);
    this.forget();
  }

  /** Ends both at once. */
  async kill(): Promise<void> {
    this.ending = true;
    this.alphaProcess.kill();
    this.zero.kill();
    await Promise.all([this.alphaProcess.ended, this.zero.ended]);
    this.forget();
  }

  /** Ends both without waiting: the process that has them is going away itself. */
  abandon(): void {
    this.ending = true;
    this.alphaProcess.kill();
    this.zero.kill();
  }

  private forget(): void {
    rmSync(foldersOf(this.options.folder).processes, { force: true });
  }
}
