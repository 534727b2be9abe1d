import { DeadlineError, RefusedError } from "../errors/errors";
import {
  LostAnswerError,
  NotSentError,
  RequestError,
  ThrottledError,
  type TransientError,
} from "../errors/requestErrors";
import type { Clock } from "../time";

/**
 * How often a request may be sent. `docs/decisions/0004-retries.md` has the reasons.
 *
 * - `"idempotent"`: a query, or a mutation whose second time changes nothing. It is retried after a failed connection, HTTP 429, a lost
 *   answer and a 5xx; three times in all after an answer that cannot be read.
 * - `"byCaller"`: a request that its caller repeats, with checks of its own in between. It is not retried.
 * - `"once"`: a mutation that acts anew each time. It is retried only when it was provably not carried out: after a failed connection and
 *   after HTTP 429.
 */
export type RetryPolicy = "idempotent" | "byCaller" | "once";

/** The bounds of one operation, which all its requests share. */
export interface Call {
  /** When the operation must have ended, in milliseconds since the Unix epoch. */
  readonly deadline: number;
  /** Ends the operation early, when the engine is gone. */
  readonly signal: AbortSignal;
  /** Where the deadline comes from, for messages: `timeouts.create (20m)`. */
  readonly limit?: string;
  /** Called before each pause, so that a long outage is seen. */
  readonly onRetry?: (error: RequestError) => void;
  /**
   * Called before a request with the policy `"once"` is retried. It throws when the checks that allowed the request do not hold any
   * more: the pause may have been long.
   */
  readonly recheck?: () => Promise<void>;
}

/** What the requests of one account share. */
export interface Retrying {
  readonly clock: Clock;
  readonly budget: RetryBudget;
  readonly random: () => number;
}

/**
 * The retries that one process may make: in an outage, many resources would otherwise multiply the load. A success gives a little back.
 */
export class RetryBudget {
  private tokens = 500;

  /** Pays for one retry; false when there is too little left. */
  take(cost: number): boolean {
    if (this.tokens < cost) return false;
    this.tokens -= cost;
    return true;
  }

  refund(): void {
    this.tokens = Math.min(500, this.tokens + 1);
  }
}

/** What a retry takes from the budget: after a lost answer, and after a failed connection or HTTP 429. */
const lostAnswerCost = 10;
const otherCost = 5;

const firstPauseMs = 500;
const longestPauseMs = 15_000;
/** How often a request is sent whose answer cannot be read. */
const unreadableAttempts = 3;
/** How long a wrong address is tried: a local cloud may be starting, a name server may not know a new name yet. */
const hopelessMs = 15_000;
/** The least time for one request: with less, the last poll of a wait, which comes at the deadline, could never succeed. */
const leastRequestMs = 1_000;

/**
 * How long one request may take: a query 30 s, a mutation 60 s, a slow one as long as the operation has; and never past the deadline. Only a
 * request with the policy `"once"` may go past the deadline: to cut it off would lose its answer.
 */
export function requestMs(clock: Clock, document: string, policy: RetryPolicy, call: Call, isSlow = false): number {
  const mostMs = isSlow ? Infinity : document.startsWith("mutation") ? 60_000 : 30_000;
  if (policy === "once") return mostMs;
  return Math.min(mostMs, Math.max(leastRequestMs, Math.ceil(call.deadline - clock.now())));
}

/**
 * Sends until the request succeeds, its failure is final, the next attempt would come after the deadline, or the budget is spent. After
 * the deadline, the policy `"idempotent"` still sends once, because the last poll of a wait comes at the deadline; `"once"` sends nothing.
 */
export async function withRetries<T>(
  { clock, budget, random }: Retrying,
  policy: RetryPolicy,
  call: Call,
  send: () => Promise<T>,
): Promise<T> {
  let hopelessSince: number | undefined;
  let failure: TransientError | undefined;
  for (let attempt = 1; ; attempt++) {
    if (policy === "once" && clock.now() >= call.deadline) throw tooLate(call, failure, attempt - 1);
    try {
      const result = await send();
      budget.refund();
      return result;
    } catch (error) {
      if (!mayRetry(error, policy, attempt)) throw error;
      failure = error;
      const now = clock.now();
      hopelessSince = error instanceof NotSentError && error.isHopeless ? (hopelessSince ?? now) : undefined;
      const hopelessUntil = hopelessSince === undefined ? Infinity : hopelessSince + hopelessMs;
      if (now >= hopelessUntil) throw error.add(`(tried ${times(attempt)} in ${hopelessMs / 1_000}s)`);
      const pause = Math.min(pauseMs(error, attempt, random), hopelessUntil - now);
      if (now + pause >= call.deadline) throw tooLate(call, error, attempt);
      if (!budget.take(error instanceof LostAnswerError ? lostAnswerCost : otherCost)) {
        throw error.add("(not tried again: too much has failed in this run)");
      }
      call.onRetry?.(error);
      await clock.sleep(pause, call.signal);
    }
    if (policy === "once" && call.recheck !== undefined) await beforeSending("it was not tried again", call.recheck());
  }
}

function mayRetry(error: unknown, policy: RetryPolicy, attempt: number): error is TransientError {
  if (policy === "byCaller") return false;
  if (error instanceof NotSentError || error instanceof ThrottledError) return true;
  if (!(error instanceof LostAnswerError) || policy === "once") return false;
  return !error.unreadable || attempt < unreadableAttempts;
}

/** The pause before the next attempt: a random part of a pause that doubles each time, but never less than Retry-After asks for. */
export function pauseMs(error: TransientError, attempt: number, random: () => number): number {
  const asked = error instanceof NotSentError ? undefined : error.retryAfterMs;
  const own = random() * Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt - 1, 10));
  return asked === undefined ? own : Math.max(own, asked + random() * firstPauseMs);
}

/**
 * Awaits a step that comes before a request: a log-in, a look-up, a check. Its failure is reported as one of the step: otherwise a lost
 * answer to the step would be taken for a lost answer to the request, which was not sent. `consequence`: "restore was not sent".
 */
export async function beforeSending<T>(consequence: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause;
    const { code, why, next } = cause;
    throw new RefusedError({ code, why: `${consequence}: ${why}`, next, cause });
  }
}

function tooLate({ limit = "the time limit" }: Call, failure: TransientError | undefined, attempts: number): Error {
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
