import { setTimeout as sleep } from "node:timers/promises";
import { Pair, type PairOptions } from "./pair";
import type { InTurn } from "./turns";

export interface SupervisorOptions extends PairOptions {
  /** The backend, for messages. */
  readonly uid: string;
  readonly inTurn: InTurn;
  /** Tells whoever runs the local cloud. */
  readonly say: (line: string) => void;
}

const startsInARow = 3;
const restartAfterMs = 1_000;
// A pair that ran this long was well: what ends it later is counted anew.
const wellAfterMs = 60_000;

/** Keeps the pair of one backend running. */
export class Supervisor {
  pair: Pair | undefined;
  /** Why it does not run and will not be started again. */
  problem: string | undefined;
  private starting: Promise<void> | undefined;
  private isWanted = false;
  private isNew = true;
  private stopping = new AbortController();
  private failures = 0;

  constructor(private readonly options: SupervisorOptions) {}

  /** Whether it is to run and does not yet: it has not been started, waits for its turn or the next try, or starts. */
  get isComing(): boolean {
    return this.pair === undefined && (this.isWanted || this.isNew);
  }

  /** Starts it; after a failure it is tried a few times more. */
  start(): Promise<void> {
    if (!this.isWanted) this.stopping = new AbortController();
    this.isWanted = true;
    this.isNew = false;
    this.problem = undefined;
    this.starting ??= this.tryStarting().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  async stop(): Promise<void> {
    await this.end((pair) => pair.stop());
  }

  async kill(): Promise<void> {
    await this.end((pair) => pair.kill());
  }

  abandon(): void {
    this.isWanted = false;
    this.stopping.abort();
    this.pair?.abandon();
  }

  private async end(how: (pair: Pair) => Promise<void>): Promise<void> {
    this.isWanted = false;
    this.isNew = false;
    this.stopping.abort();
    await this.starting?.catch(() => undefined);
    const { pair } = this;
    this.pair = undefined;
    if (pair !== undefined) await how(pair);
  }

  private async tryStarting(): Promise<void> {
    while (this.isWanted && this.pair === undefined) {
      const { signal } = this.stopping;
      try {
        const pair = await this.options.inTurn(() => Pair.start(this.pairOptions(), signal), signal);
        if (this.wantsNone()) await pair.kill();
        else this.pair = pair;
      } catch (error) {
        if (this.wantsNone()) return;
        const why = error instanceof Error ? error.message : String(error);
        if (!this.giveUp(`Dgraph did not start: ${why}`))
          await sleep(restartAfterMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private wantsNone(): boolean {
    return !this.isWanted;
  }

  /** Whether there were failures enough. */
  private giveUp(why: string): boolean {
    this.failures += 1;
    const isLast = this.failures >= startsInARow;
    this.options.say(`backend ${this.options.uid}: ${why}${isLast ? "; not tried again" : "; starting it again"}`);
    if (!isLast) return false;
    this.isWanted = false;
    this.problem = why;
    return true;
  }

  private pairOptions(): PairOptions {
    const began = Date.now();
    return {
      ...this.options,
      onDeath: (how) => {
        this.pair = undefined;
        this.options.onDeath(how);
        if (Date.now() - began > wellAfterMs) this.failures = 0;
        if (!this.isWanted || this.giveUp(how)) return;
        void sleep(restartAfterMs).then(() => (this.isWanted ? this.start() : undefined));
      },
    };
  }
}
