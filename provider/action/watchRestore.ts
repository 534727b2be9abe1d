import type { RestoreState, RestoreStatusAnswer } from "../api/dataAnswers";
import type { SentRestore } from "../api/dataPlane";
import type { Advice } from "../errors/advice";
import { UnknownOutcomeError } from "../errors/errors";
import type { Context } from "../resource/context";
import { pollReadiness, type PollResult, statusAfter, type Wait, waitFor } from "../resource/wait";
import { type Operation } from "../run/operation";
import type { RestoreKey } from "../run/restores";
import { formatDuration } from "../time";

/** A backend's engine forgets its restores when it restarts. After this time, an UNKNOWN from a healthy backend stays. */
const unknownLimitMs = 5 * 60_000;
/** How often an UNKNOWN is asked again: each time another node of the backend may answer, which knows the restore. */
const unknownPauseMs = 5_000;
/**
 * How often a restore is asked for at least. An engine that restarts numbers its restores anew, and the wait must see the UNKNOWN in between: else the
 * next restore of the same number would count as this one.
 */
const restorePauseMs = 10_000;

/** A restore whose end is awaited. */
interface Restore extends Omit<Wait<RestoreStatusAnswer>, "poll"> {
  readonly restore: SentRestore;
  /** Since when an earlier run has seen UNKNOWN without a break (milliseconds since the Unix epoch). */
  readonly unknownSince?: number | undefined;
  /** Called after each poll that does not end the wait. */
  readonly onProgress?: (progress: RestoreProgress) => void;
  /** Goes on after "its engine has restarted and forgotten it, ": what that means, and what the user does next. */
  readonly whenForgotten: { readonly meaning: string; readonly next: Advice };
}

interface RestoreProgress {
  /** Undefined when the backend gave no answer about the restore. */
  readonly status: RestoreState | undefined;
  /** Since when a healthy backend has answered UNKNOWN without a break. */
  readonly unknownSince: number | undefined;
}

/**
 * Waits until a restore has ended, OK or ERR. UNKNOWN does not end the wait, since another node of the backend may have answered; only when
 * a healthy backend has answered nothing else for five minutes, the outcome counts as unknown.
 */
export async function watchRestore(
  context: Context,
  operation: Operation,
  { restore, onProgress, whenForgotten, ...wait }: Restore,
): Promise<RestoreStatusAnswer> {
  const { account, clock } = context;
  await account.data.locate(restore.target, operation);
  let { unknownSince } = wait;
  const ended = await waitFor(context, operation, {
    ...wait,
    poll: async () => {
      const found = await pollRestore(context, operation, restore);
      if ("done" in found) return found;
      const { status, isHealthy } = found;
      unknownSince = status === "UNKNOWN" && isHealthy ? (unknownSince ?? clock.now()) : undefined;
      onProgress?.({ status, unknownSince });
      if (unknownSince !== undefined && clock.now() - unknownSince >= unknownLimitMs)
        throw forgotten(restore, whenForgotten);
      return found;
    },
  });
  account.restores.recordEnded(restore.target, keyOf(restore));
  return ended;
}

/** The key of a restore in the records of this process. */
function keyOf({ restoreId, request }: SentRestore): RestoreKey {
  return restoreId ?? request;
}

export function sentRestoreOf(target: string, key: RestoreKey): SentRestore {
  return typeof key === "number" ? { target, request: "", restoreId: key } : { target, request: key };
}

/** A restore in messages: `restore 3 of 0x42`, or `the restore of 3f2a…` where the service gives no number. */
export function restoreName({ target, restoreId }: Pick<SentRestore, "target" | "restoreId">): string {
  return restoreId === undefined ? `the restore of ${target}` : `restore ${restoreId} of ${target}`;
}

type RestorePoll =
  | { readonly done: RestoreStatusAnswer }
  | (PollResult<never> & { readonly status: RestoreState | undefined; readonly isHealthy?: boolean });

/** A backend whose data is being replaced may refuse, reset or complain: that does not end the restore. */
async function pollRestore(context: Context, operation: Operation, restore: SentRestore): Promise<RestorePoll> {
  try {
    const answer = await context.account.data.restoreStatus(restore, operation);
    const { status } = answer;
    if (status === "IN_PROGRESS") return { status, pending: status, longestPauseMs: restorePauseMs };
    if (status !== "UNKNOWN") return { done: answer };
  } catch (error) {
    return { status: undefined, pending: statusAfter(error), longestPauseMs: restorePauseMs };
  }
  const health = await pollReadiness(context, operation, restore.target);
  if ("done" in health) {
    return { status: "UNKNOWN", pending: "UNKNOWN", isHealthy: true, longestPauseMs: unknownPauseMs };
  }
  const { pending, pauseMs } = health;
  const status = `UNKNOWN from a backend that is not well (${pending})`;
  return { status: "UNKNOWN", pending: status, pauseMs, longestPauseMs: restorePauseMs };
}

function forgotten({ target, restoreId }: SentRestore, { meaning, next }: Restore["whenForgotten"]): Error {
  return new UnknownOutcomeError({
    code: "DGC407",
    why:
      `the backend ${target} is healthy and has answered UNKNOWN for restore ${restoreId ?? ""} for ${formatDuration(unknownLimitMs)}: ` +
      `its engine has restarted and forgotten it, ${meaning}.`,
    next,
  });
}
