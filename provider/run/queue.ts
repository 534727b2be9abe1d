import { type Clock, formatDuration } from "../time";
import { DeadlineError } from "../errors/errors";
import type { Operation, ProgressLine } from "./operation";

const sayEveryMs = 5_000;

/** Releases the target to the next action in the queue. */
export type Leave = () => void;

/**
 * One at a time for each backend: what replaces or erases its data never overlaps within a process. Whoever waits here
 * waits by itself, for nobody's completion: the engine runs few operations at once.
 */
export class ActionQueue {
  private readonly last = new Map<string, Promise<void>>();

  constructor(private readonly clock: Clock) {}

  /** Waits until all who asked earlier for this backend have left. */
  async enter(uid: string, line: ProgressLine, operation: Operation): Promise<Leave> {
    const before = this.last.get(uid) ?? Promise.resolve();
    let leave: Leave = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // Also when this one gives up: the next must not overtake those before it.
    const mine = before.then(() => left);
    this.last.set(uid, mine);
    try {
      await this.waitFor(before, uid, line, operation);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  private async waitFor(before: Promise<void>, uid: string, line: ProgressLine, operation: Operation): Promise<void> {
    for (let waits = false; ; waits = true) {
      const pause = new AbortController();
      const signal = AbortSignal.any([pause.signal, operation.signal]);
      const remaining = operation.deadline - this.clock.now();
      const waited = this.clock.sleep(Math.max(0, Math.min(sayEveryMs, remaining)), signal).then(() => false);
      const came = await Promise.race([before.then(() => true), waited]);
      pause.abort();
      waited.catch(() => undefined);
      const elapsed = formatDuration(this.clock.now() - operation.startedAt);
      if (came) {
        if (waits) line.reached(`other restores and drops on ${uid} ended after ${elapsed}`);
        return;
      }
      const { input, value } = operation.timeout;
      if (remaining <= 0) {
        throw new DeadlineError({
          code: "DGC412",
          why: `waited ${elapsed} for other restores and drops on ${uid} in this run, the limit of ${input} (${value}); nothing was sent.`,
          next: ["Run pulumi up again.", `If they usually take this long, raise ${input}.`],
        });
      }
      line.progress(`waiting for other restores and drops on ${uid}, ${elapsed} of ${value}`);
    }
  }
}
