import { isBackend } from "../api/dataPlane";
import type { Probed } from "../api/transport";
import type { Advice } from "../errors/advice";
import { DeadlineError } from "../errors/errors";
import { GraphqlError, isTransient, LostAnswerError, RequestError, ThrottledError } from "../errors/requestErrors";
import { type Operation } from "../run/operation";
import { formatDuration } from "../time";
import type { Context } from "./context";
import { targetName } from "./messages";

/** What one poll found. A failure is thrown. */
export type PollResult<T> =
  | { readonly done: T }
  | {
      /** The status so far, for messages. */
      readonly pending: string;
      /** The least pause before the next poll, as the service asked for it. */
      readonly pauseMs?: number | undefined;
      /** The longest pause before the next poll, where a rule needs a status that is seen often. */
      readonly longestPauseMs?: number | undefined;
    };

/** Something to wait for. */
export interface Wait<T> {
  /** What is awaited, for messages: `backend 0x42 to answer`. */
  readonly what: string;
  readonly poll: () => Promise<PollResult<T>>;
  /** What is true at the end, for the resource's row: `backend 0x42 answers after 41s`. */
  readonly reached: (found: T, elapsed: string) => string;
  /** What the user does after the deadline: says what the state has, and the next command. */
  readonly afterDeadline: Advice;
}

const firstPauseMs = 500;
const leastPauseMs = 900;
const longestPauseMs = 35_000;
const pauseShare = 0.095;

/**
 * How long after the start of one poll the next one starts. So the end of a wait is noticed within 1 s or a tenth of its length, whichever is
 * longer, and in 10 minutes there are 59 polls. The pauses are a little shorter than that because the answer takes time as well.
 */
function pauseAfter(waitedMs: number): number {
  if (waitedMs <= 0) return firstPauseMs;
  return Math.min(longestPauseMs, Math.max(leastPauseMs, waitedMs * pauseShare));
}

/**
 * Polls until it is done or the operation's deadline has passed. The last poll comes at the deadline. The status is shown in the resource's row.
 * The pauses count from the start of this wait. What is left of a wait may be short when an earlier run has begun it, or when it follows another
 * wait of the same operation.
 */
export async function waitFor<T>(context: Context, operation: Operation, wait: Wait<T>): Promise<T> {
  const { clock, signal, progress } = context;
  const { deadline, startedAt, timeout } = operation;
  const elapsed = (): string => formatDuration(clock.now() - startedAt);
  const beganAt = clock.now();
  for (;;) {
    const polledAt = clock.now();
    const found = await wait.poll();
    if ("done" in found) {
      context.reached(wait.reached(found.done, elapsed()));
      return found.done;
    }
    if (polledAt >= deadline) {
      throw new DeadlineError({
        code: "DGC209",
        why: `waited ${elapsed()} for ${wait.what}, the limit of ${timeout.input} (${timeout.value}); last status: ${found.pending}.`,
        next: wait.afterDeadline,
      });
    }
    const status = `waiting for ${wait.what}: ${found.pending}`;
    progress(status, () => `${status}, ${elapsed()} of ${timeout.value}`);
    const { pauseMs: asked = 0, longestPauseMs: longest = Infinity } = found;
    const now = clock.now();
    // The time that the poll took is part of the pause, but not when the clock of the machine was set back.
    const tookMs = Math.max(0, now - polledAt);
    // Who takes long to answer gets a pause all the same.
    const leastMs = tookMs / 10;
    const pauseMs = Math.max(Math.min(longest, pauseAfter(polledAt - beganAt)) - tookMs, leastMs, asked);
    await clock.sleep(Math.max(0, Math.min(Math.ceil(pauseMs), deadline - now)), signal);
  }
}

/** The status after a request without a good answer: Dgraph may be starting, or restoring. Throws what must end a wait. */
export function statusAfter(error: unknown): string {
  if (!isTransient(error) && !(error instanceof GraphqlError)) throw error;
  return error.message.split("\n", 1)[0] ?? "";
}

interface Readiness {
  /** Asks the target. Default: the data plane, by its id. */
  readonly ask?: () => Promise<Probed>;
  /** The first action after the deadline. Default: "To go on, run pulumi up." */
  readonly toGoOn?: string;
}

/** Waits until a backend or a cluster answers. */
export async function waitUntilReady(
  context: Context,
  operation: Operation,
  target: string,
  { ask, toGoOn = "To go on, run pulumi up." }: Readiness = {},
): Promise<void> {
  // A backend that is not in the account any more ends the wait at once.
  if (ask === undefined && isBackend(target)) await context.account.data.locate(target, operation);
  await waitFor(context, operation, {
    what: `${targetName(target)} to answer`,
    poll: () => pollReadiness(context, operation, target, ask),
    reached: (_, elapsed) => `${targetName(target)} answers after ${elapsed}`,
    afterDeadline: [toGoOn, `If it usually takes this long, raise ${operation.timeout.input}.`],
  });
}

/** Asks whether a backend or a cluster is up. A failed request only means that it is not up yet: a starting Dgraph refuses, resets or hangs. */
export async function pollReadiness(
  { account }: Context,
  operation: Operation,
  target: string,
  ask: () => Promise<Probed> = () => account.data.readiness(target, operation),
): Promise<PollResult<undefined>> {
  try {
    const { status, retryAfterMs } = await ask();
    return status === 200 ? { done: undefined } : { pending: `HTTP ${status}`, pauseMs: retryAfterMs };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const pauseMs =
      error instanceof ThrottledError || error instanceof LostAnswerError ? error.retryAfterMs : undefined;
    return { pending: error.why, pauseMs };
  }
}
