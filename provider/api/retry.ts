import type { Clock } from "../clock";
import { LostAnswerError, NotSentError, RefusedError, RequestError, ThrottledError } from "../errors";

/** How often a request may be repeated: see the table in docs/decisions/0004-retries.md. */
export type Repeat =
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

const leastPatienceMs = 60_000;

/** What everybody shares, the log-in and the list, has a minute at least: an asker in a hurry must not make it fail for the others. */
export function patient(call: Call, now: number): Call {
  const deadline = now + leastPatienceMs;
  return call.deadline >= deadline
    ? call
    : { ...call, deadline, limit: "the minute that a log-in or a list has at least" };
}

/** Sends until it succeeds, the failure is final, the deadline would pass, or the budget is spent. */
export async function withRetries<T>(
  { clock, budget, random }: Retrying,
  repeat: Repeat,
  call: Call,
  send: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await send();
      budget.refund();
      return result;
    } catch (error) {
      if (!isRepeatable(error, repeat, attempt)) throw error;
      const pause = pauseMs(error, attempt, random);
      if (clock.now() + pause >= call.deadline) {
        const times = attempt === 1 ? "once" : `${attempt} times`;
        throw error.add(`(tried ${times} within ${call.limit ?? "the time for it"})`);
      }
      if (!budget.take(error instanceof LostAnswerError ? 10 : 5)) {
        throw error.add("(not tried again: too much has failed in this run)");
      }
      call.onRetry?.(error);
      await clock.sleep(pause, call.signal);
    }
    if (repeat === "unless-sent") await unsent(call.recheck?.());
  }
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

function isRepeatable(error: unknown, repeat: Repeat, attempt: number): error is Passing {
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
