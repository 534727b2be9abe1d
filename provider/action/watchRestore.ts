import type { RestoreStatusAnswer } from "../api/dataAnswers";
import type { Context } from "../resource/context";
import { formatDuration } from "../time";
import { GraphqlError, LostAnswerError, NotSentError, ThrottledError } from "../errors/requestErrors";
import { pollReadiness } from "../resource/wait";
import { type Operation } from "../run/operation";

/** The engine forgets restores when it restarts: so long an UNKNOWN from a healthy backend will not change any more. */
const unknownLimitMs = 5 * 60_000;

export const unknownLimit = formatDuration(unknownLimitMs);

/** What one look at a restore found. */
export type RestorePoll =
  | { readonly status: RestoreStatusAnswer }
  /** No answer about the restore. */
  | { readonly silent: string }
  /** UNKNOWN. Only what a backend that is well says of itself counts. */
  | { readonly unknown: string; readonly isWell: boolean; readonly pauseMs?: number | undefined };

/** A backend whose data is being replaced may refuse, reset or complain: that is no end of the restore. */
export async function pollRestore(
  context: Context,
  operation: Operation,
  { uid, url, restoreId }: { readonly uid: string; readonly url: string; readonly restoreId: number },
): Promise<RestorePoll> {
  try {
    const status = await context.account.data.restoreStatus(uid, restoreId, operation);
    if (status.status !== "UNKNOWN") return { status };
  } catch (error) {
    const passing = [LostAnswerError, NotSentError, ThrottledError, GraphqlError].some((kind) => error instanceof kind);
    if (passing && error instanceof Error) return { silent: error.message.split("\n", 1)[0] ?? "" };
    throw error;
  }
  const health = await pollReadiness(context, operation, url);
  if ("done" in health) return { unknown: "UNKNOWN", isWell: true };
  const { pending, pauseMs } = health;
  return { unknown: `UNKNOWN from a backend that is not well (${pending})`, isWell: false, pauseMs };
}

/** Whether an UNKNOWN has lasted so long, without a break and from a backend that is well, that it will not change any more. */
export function isForgotten(sinceMs: number, nowMs: number): boolean {
  return nowMs - sinceMs >= unknownLimitMs;
}
