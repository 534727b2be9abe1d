import type { Context, Operation } from "./context";
import { formatDuration } from "./duration";
import type { Advice } from "./advice";
import { DeadlineError } from "./errors";

/** What one look found. A failure is thrown. */
export type Look<T> =
  | { readonly done: T }
  | {
      readonly pending: string;
      /** The pause that was asked for: never undercut. */
      readonly pauseMs?: number | undefined;
    };

/** Something that can be waited for. */
export interface Wait<T> {
  /** What is awaited, for messages: `backend 0x42 to answer`. */
  readonly what: string;
  readonly look: () => Promise<Look<T>>;
  /** What is true once it is done, for the row: `backend 0x42 answers after 41s`. */
  readonly reached: (found: T, elapsed: string) => string;
  /** What the user does after the deadline: names what is stored and the next command. */
  readonly afterDeadline: Advice;
}

const firstPauseMs = 500;
const longestPauseMs = 5_000;

/** Looks until it is done or the operation's deadline has passed, and once more after that. */
export async function waitFor<T>(context: Context, operation: Operation, wait: Wait<T>): Promise<T> {
  const { clock, signal, progress } = context;
  const { deadline, startedAt, timeout } = operation;
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 1.5)) {
    const late = clock.now() >= deadline;
    const found = await wait.look();
    const elapsed = formatDuration(clock.now() - startedAt);
    if ("done" in found) {
      context.reached(wait.reached(found.done, elapsed));
      return found.done;
    }
    if (late) {
      throw new DeadlineError({
        code: "DGC209",
        why: `waited ${elapsed} for ${wait.what}, the limit of ${timeout.input} (${timeout.value}); last status: ${found.pending}.`,
        next: wait.afterDeadline,
      });
    }
    progress(`waiting for ${wait.what}: ${found.pending}, ${elapsed} of ${timeout.value}`);
    await clock.sleep(Math.max(0, Math.min(Math.max(pause, found.pauseMs ?? 0), deadline - clock.now())), signal);
  }
}
