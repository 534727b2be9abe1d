import type { Clock } from "../time";
import { DeadlineError } from "../errors/errors";
import { LostAnswerError, NotSentError, ThrottledError } from "../errors/requestErrors";
import type { Call } from "./retry";

/** Work that several callers wait for: a log-in, a list. It ends within the deadline of the caller that began it. */
export interface Shared<T> {
  readonly result: Promise<T>;
  readonly deadline: number;
}

/** Callers that began together have no other deadline, whatever milliseconds lie between them. */
const togetherMs = 1_000;
/** As long as the one request that is sent even after a deadline. */
const leastMs = 1_000;

/**
 * Waits for shared work, and never past the caller's own deadline. Work that failed because the one who began it was in a hurry is
 * begun once more for a caller with more time.
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
    const mayPass = [LostAnswerError, NotSentError, ThrottledError].some((kind) => error instanceof kind);
    if (!mayPass || call.deadline - deadline < togetherMs || clock.now() >= call.deadline) throw error;
    return again();
  }
}

function untilDeadline<T>(work: Promise<T>, what: string, call: Call, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const silence = clock.alarm(Math.max(leastMs, call.deadline - clock.now()), () => {
      const limit = call.limit ?? "the time limit";
      reject(
        new DeadlineError({
          code: "DGC209",
          why: `${what} did not come within ${limit}.`,
          next: "Run the command again, or raise the limit.",
        }),
      );
    });
    work.then(resolve, reject).finally(silence);
  });
}
