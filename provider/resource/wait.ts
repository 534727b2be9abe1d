import { DeadlineError } from "../errors/errors";
import { RequestError } from "../errors/requestErrors";
import type { Context } from "./context";
import { formatDuration } from "../time";
import type { Advice } from "../errors/advice";
import { type Operation } from "../run/operation";

/** What one look found. A failure is thrown. */
export type PollResult<T> =
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
  readonly poll: () => Promise<PollResult<T>>;
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
    const found = await wait.poll();
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

/** Waits until the backend answers. */
export async function waitUntilReady(context: Context, operation: Operation, uid: string): Promise<void> {
  const { url } = await context.account.data.locate(uid, operation);
  await waitFor(context, operation, {
    what: `backend ${uid} to answer`,
    poll: () => pollReadiness(context, operation, url),
    reached: (_, elapsed) => `backend ${uid} answers after ${elapsed}`,
    afterDeadline: ["To go on, run pulumi up.", `If it usually takes this long, raise ${operation.timeout.input}.`],
  });
}

/** Asks a backend whether it is up. One that is still being made refuses, resets or hangs: that is what is being waited for. */
export async function pollReadiness(
  context: Context,
  operation: Operation,
  host: string,
): Promise<PollResult<undefined>> {
  try {
    const { status, retryAfterMs } = await context.account.data.readiness(host, operation);
    return status === 200 ? { done: undefined } : { pending: `HTTP ${status}`, pauseMs: retryAfterMs };
  } catch (error) {
    if (error instanceof RequestError) return { pending: error.why };
    throw error;
  }
}
