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
const longestPauseMs = 5_000;

/**
 * Polls until it is done or the operation's deadline has passed. The last poll comes after the deadline. Pauses grow from 0.5 s to 5 s, and
 * show the status in the resource's row.
 */
export async function waitFor<T>(context: Context, operation: Operation, wait: Wait<T>): Promise<T> {
  const { clock, signal, progress } = context;
  const { deadline, startedAt, timeout } = operation;
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 1.5)) {
    const isLast = clock.now() >= deadline;
    const found = await wait.poll();
    const elapsed = formatDuration(clock.now() - startedAt);
    if ("done" in found) {
      context.reached(wait.reached(found.done, elapsed));
      return found.done;
    }
    if (isLast) {
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
