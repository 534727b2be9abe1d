import {
  GraphqlError,
  LostAnswerError,
  NotSentError,
  RequestError,
  ThrottledError,
  UnauthorizedError,
} from "../errors/requestErrors";
import type { PollResult } from "../resource/wait";
import { isNotNow, saysHalfApplied } from "./live";

// What the failure of one updateGQLSchema means. It is sent once at a time: what allows it is checked before each attempt.

/** Whether Dgraph refused the update for good: it has applied nothing, the text alone, or in spite of its errors all of it. */
export function isRefusal(error: unknown): error is RequestError {
  if (error instanceof GraphqlError) return !isNotNow(error);
  // The name of a predicate in the message can look like a complaint about the token.
  return error instanceof UnauthorizedError && !error.byStatus && saysHalfApplied(error);
}

/** A failure after which the update can be sent again; undefined for any other. */
export function pendingOf(error: unknown): (PollResult<never> & { readonly isUnreadable: boolean }) | undefined {
  if (error instanceof GraphqlError && isNotNow(error)) return { pending: error.said, isUnreadable: false };
  if (error instanceof NotSentError) return { pending: error.why, isUnreadable: false };
  if (!(error instanceof ThrottledError || error instanceof LostAnswerError)) return undefined;
  const isUnreadable = error instanceof LostAnswerError && error.unreadable;
  return { pending: error.why, pauseMs: error.retryAfterMs, isUnreadable };
}
