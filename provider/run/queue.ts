import { type Clock, formatDuration } from "../time";
import { DeadlineError } from "../errors/errors";
import type { Operation, ProgressLine } from "./operation";

/** How often a waiting action shows that it waits. */
const progressEveryMs = 5_000;

/** Releases the target to the next action in the queue. */
export type Leave = () => void;

/**
 * Lets one action at a time run on each backend, so that two of this process never replace or erase its data together. An action waits
 * here, and not for another resource's completion: the engine runs few operations at once, and might never start that one.
 */
export class ActionQueue {
  private readonly last = new Map<string, Promise<void>>();

  constructor(private readonly clock: Clock) {}

  /** Waits until all actions that entered earlier for this backend have left. The caller must call the returned function in the end. */
  async enter(uid: string, line: ProgressLine, operation: Operation): Promise<Leave> {
    const before = this.last.get(uid) ?? Promise.resolve();
    let leave: Leave = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // The next one waits for all before it, even if this one gives up.
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
      const waited = this.clock.sleep(Math.max(0, Math.min(progressEveryMs, remaining)), signal).then(() => false);
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
      const status = `waiting for other restores and drops on ${uid}`;
      line.progress(status, () => `${status}, ${elapsed} of ${value}`);
    }
  }
}
