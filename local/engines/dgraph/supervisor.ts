import { setTimeout as sleep } from "node:timers/promises";
import { Pair, type PairOptions } from "./pair";
import type { StartQueue } from "./startQueue";

export interface SupervisorOptions extends PairOptions {
  /** The uid of the backend, for log lines. */
  readonly uid: string;
  readonly queueStart: StartQueue;
  /** Prints a line for the user who runs the local cloud. */
  readonly say: (line: string) => void;
}

const maxFailures = 3;
const restartAfterMs = 1_000;
// A pair that ran this long had started well: failures are counted from 0 again.
const stableAfterMs = 60_000;

/** Keeps the pair of one backend running. */
export class Supervisor {
  pair: Pair | undefined;
  /** Why it is not started again, if it is not. */
  problem: string | undefined;
  private starting: Promise<void> | undefined;
  private isWanted = false;
  private isNew = true;
  private stopping = new AbortController();
  private failures = 0;

  constructor(private readonly options: SupervisorOptions) {}

  /** Whether it will run but does not yet: it is new, waits in the queue or for the next attempt, or is starting. */
  get isPending(): boolean {
    return this.pair === undefined && (this.isWanted || this.isNew);
  }

  /** Starts it. After a failure, tries again a few times. */
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
        const pair = await this.options.queueStart(() => Pair.start(this.pairOptions(), signal), signal);
        if (this.isUnwanted()) await pair.kill();
        else this.pair = pair;
      } catch (error) {
        if (this.isUnwanted()) return;
        const reason = error instanceof Error ? error.message : String(error);
        if (!this.giveUp(`Dgraph did not start: ${reason}`))
          await sleep(restartAfterMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  // A method, since TypeScript would treat the property as still true after the await.
  private isUnwanted(): boolean {
    return !this.isWanted;
  }

  /** Counts and logs a failure. Returns whether it was the last attempt. */
  private giveUp(reason: string): boolean {
    this.failures += 1;
    const isLast = this.failures >= maxFailures;
    this.options.say(
      `backend ${this.options.uid}: ${reason}${isLast ? "; it is not started again" : "; starting it again"}`,
    );
    if (!isLast) return false;
    this.isWanted = false;
    this.problem = reason;
    return true;
  }

  private pairOptions(): PairOptions {
    const began = Date.now();
    return {
      ...this.options,
      onDeath: (reason) => {
        this.pair = undefined;
        this.options.onDeath(reason);
        if (Date.now() - began > stableAfterMs) this.failures = 0;
        if (!this.isWanted || this.giveUp(reason)) return;
        void sleep(restartAfterMs).then(() => (this.isWanted ? this.start() : undefined));
      },
    };
  }
}
