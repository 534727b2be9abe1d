import type { Clock } from "../time";
import { DeadlineError, RefusedError } from "../errors/errors";
import { LostAnswerError, NotSentError, RequestError, ThrottledError } from "../errors/requestErrors";

/** How often a request may be repeated: see the table in docs/decisions/0004-retries.md. */
export type RetryPolicy =
  /** A query, or a mutation whose second time changes nothing. */
  | "freely"
  /** A mutation that acts anew each time: only when it was provably not carried out. */
  | "unless-sent";

/** What one operation gives its requests: how long, and who can end it early. */
export interface Call {
  /** When the operation as a whole must have ended, in milliseconds since the Unix epoch. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** Where the deadline comes from, for messages: `timeouts.create (20m)`. */
  readonly limit?: string;
  /** Told before each pause, so that a long outage is seen. */
  readonly onRetry?: (error: RequestError) => void;
  /**
   * Asked before a mutation that acts anew each time is sent again: throws when what allowed it is so no more. The pause before may
   * have been long.
   */
  readonly recheck?: () => Promise<void>;
}

const firstPauseMs = 500;
const longestPauseMs = 15_000;
const unreadableTries = 3;

/** The process's budget of repetitions: an outage must not be answered with a storm. */
export class RetryBudget {
  private tokens = 500;

  /** Takes what one repetition costs; false when there is nothing left. */
  take(cost: number): boolean {
    if (this.tokens < cost) return false;
    this.tokens -= cost;
    return true;
  }

  refund(): void {
    this.tokens = Math.min(500, this.tokens + 1);
  }
}

export interface Retrying {
  readonly clock: Clock;
  readonly budget: RetryBudget;
  readonly random: () => number;
}

/** How long an address is tried at which there is nothing: the local cloud may be starting, the name server may catch up. */
const hopelessMs = 15_000;
/** What a request has at least: with less, the last look of a wait could never succeed. */
const leastRequestMs = 1_000;

/**
 * How long one request may take: a query 30 s, a mutation 60 s, and no longer than until the deadline. Only a mutation that acts anew
 * each time keeps its time: cutting it off would lose its answer.
 */
export function requestMs(clock: Clock, document: string, repeat: RetryPolicy, call: Call): number {
  const mostMs = document.startsWith("mutation") ? 60_000 : 30_000;
  if (repeat === "unless-sent") return mostMs;
  return Math.min(mostMs, Math.max(leastRequestMs, Math.ceil(call.deadline - clock.now())));
}

/**
 * Sends until it succeeds, the failure is final, the deadline would pass, or the budget is spent. A query is sent once even after the
 * deadline, as the last look of a wait; a mutation that acts anew each time is not.
 */
export async function withRetries<T>(
  { clock, budget, random }: Retrying,
  repeat: RetryPolicy,
  call: Call,
  send: () => Promise<T>,
): Promise<T> {
  let hopelessSince: number | undefined;
  let failure: Passing | undefined;
  for (let attempt = 1; ; attempt++) {
    if (repeat === "unless-sent" && clock.now() >= call.deadline) throw tooLate(call, failure, attempt - 1);
    try {
      const result = await send();
      budget.refund();
      return result;
    } catch (error) {
      if (!isRepeatable(error, repeat, attempt)) throw error;
      failure = error;
      const now = clock.now();
      hopelessSince = error instanceof NotSentError && error.isHopeless ? (hopelessSince ?? now) : undefined;
      const hopelessUntil = hopelessSince === undefined ? Infinity : hopelessSince + hopelessMs;
      if (now >= hopelessUntil) throw error.add(`(tried ${times(attempt)} in ${hopelessMs / 1_000}s)`);
      const pause = Math.min(pauseMs(error, attempt, random), hopelessUntil - now);
      if (now + pause >= call.deadline) throw tooLate(call, error, attempt);
      if (!budget.take(error instanceof LostAnswerError ? 10 : 5)) {
        throw error.add("(not tried again: too much has failed in this run)");
      }
      call.onRetry?.(error);
      await clock.sleep(pause, call.signal);
    }
    if (repeat === "unless-sent") await unsent(call.recheck?.());
  }
}

function tooLate({ limit = "the time for it" }: Call, failure: Passing | undefined, attempts: number): Error {
  if (failure !== undefined) return failure.add(`(tried ${times(attempts)} within ${limit})`);
  return new DeadlineError({
    code: "DGC209",
    why: `${limit} was over before the request could be sent; nothing was sent.`,
    next: "Run pulumi up again, or raise the limit.",
  });
}

function times(attempts: number): string {
  return attempts === 1 ? "once" : `${attempts} times`;
}

/** What fails in a look before a mutation says nothing of the mutation, which was not sent. */
async function unsent(recheck: Promise<void> | undefined): Promise<void> {
  try {
    await recheck;
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause;
    const { code, why, next } = cause;
    throw new RefusedError({ code, why: `it was not tried again: ${why}`, next, cause });
  }
}

type Passing = NotSentError | ThrottledError | LostAnswerError;

function isRepeatable(error: unknown, repeat: RetryPolicy, attempt: number): error is Passing {
  if (error instanceof NotSentError || error instanceof ThrottledError) return true;
  if (!(error instanceof LostAnswerError) || repeat === "unless-sent") return false;
  return !error.unreadable || attempt < unreadableTries;
}

/** Full jitter over a doubling pause; a Retry-After is obeyed, and never undercut. */
export function pauseMs(error: Passing, attempt: number, random: () => number): number {
  const asked = error instanceof NotSentError ? undefined : error.retryAfterMs;
  const own = random() * Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt - 1, 10));
  return asked === undefined ? own : Math.max(own, asked + random() * firstPauseMs);
}
