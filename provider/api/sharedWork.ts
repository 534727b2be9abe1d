import type { Clock } from "../time";
import { DeadlineError } from "../errors/errors";
import { isTransient } from "../errors/requestErrors";
import type { Call } from "./retry";

/** Work that several callers wait for: a log-in, a list. It ends within the deadline of the caller that began it. */
export interface Shared<T> {
  readonly result: Promise<T>;
  readonly deadline: number;
}

/** Deadlines that differ by less count as one: callers that begin together differ by milliseconds. */
const togetherMs = 1_000;
/** The least time to wait: a request that is sent at the deadline has this time, too. */
const leastMs = 1_000;

/**
 * Waits for shared work, but never past the caller's own deadline. If the work failed and the caller who began it had an earlier deadline,
 * this caller begins it again.
 */
export async function join<T>(
  { result, deadline }: Shared<T>,
  {
    what,
    call,
    clock,
    again,
  }: { readonly what: string; readonly call: Call; readonly clock: Clock; readonly again: () => Promise<T> },
): Promise<T> {
  try {
    return await untilDeadline(result, what, call, clock);
  } catch (error) {
    if (!isTransient(error) || call.deadline - deadline < togetherMs || clock.now() >= call.deadline) throw error;
    return again();
  }
}

function untilDeadline<T>(work: Promise<T>, what: string, call: Call, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.alarm(Math.max(leastMs, call.deadline - clock.now()), () => {
      const limit = call.limit ?? "the time limit";
      reject(
        new DeadlineError({
          code: "DGC209",
          why: `${what} took longer than ${limit}.`,
          next: "Run the command again, or raise the limit.",
        }),
      );
    });
    work.then(resolve, reject).finally(cancel);
  });
}
