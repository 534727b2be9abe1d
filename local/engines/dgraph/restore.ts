import { setTimeout as sleep } from "node:timers/promises";
import { CallerError } from "../../cloud/callerError";
import type { Backup, RestoreJob, RestoreResult } from "../../cloud/engine";
import type { Alpha } from "./alpha";
import type { RestoreEvent } from "./restoreLog";

type RestoredAlpha = Pick<Alpha, "admin" | "commitNothing" | "health" | "answers">;

/** How the end of a restore is observed. */
export interface RestoreContext {
  /** The database; undefined while it does not run. */
  readonly alpha: () => RestoredAlpha | undefined;
  /** Why the database is not started again, if it is not. */
  readonly problem: () => string | undefined;
  /** The URL of the folder of the series. */
  readonly location: string;
  readonly backup: Backup;
  /** The events since this restore was sent, the oldest first. */
  readonly events: () => readonly RestoreEvent[];
  /** Aborted when the database is stopped on purpose. */
  readonly signal: AbortSignal;
  /** How long a restarted database may take to resume the restore. Default 20000. */
  readonly resumesWithinMs?: number;
}

interface Answer {
  readonly restore: { readonly code: string; readonly message: string | null };
}

const mutation =
  "mutation($location: String!, $backupNum: Int) { restore(input: { location: $location, backupNum: $backupNum }) { code message } }";
const pollMs = 200;

/**
 * Begins a restore. Dgraph has no id and no status for one: only its log shows how it ends. A restore that was interrupted is
 * in its write-ahead log, and Dgraph repeats it after a restart.
 */
export async function beginRestore(alpha: RestoredAlpha, context: RestoreContext): Promise<RestoreJob> {
  let result: RestoreResult | undefined;
  const follow = (lost?: RestoreEvent): void => {
    void watch(context, lost).then((outcome) => {
      result = outcome;
    });
  };
  try {
    // After a restore, Dgraph takes a snapshot of its write-ahead log, but only if the log has a transaction newer than the last
    // snapshot. Without it, a restart repeats the restores of the last minute, and skips some of several in a row.
    await alpha.commitNothing();
    await alpha.admin<Answer>(mutation, { location: context.location, backupNum: context.backup.backupNum });
    follow();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("already running")) throw new CallerError("another restore operation is in progress");
    if (error instanceof CallerError) result = failed(message);
    else follow({ what: "died", why: "the database closed the connection" });
  }
  return {
    isDone: () => result !== undefined,
    finish: () => result ?? failed("the restore has not ended"),
  };
}

async function watch(context: RestoreContext, lost: RestoreEvent | undefined): Promise<RestoreResult> {
  const { resumesWithinMs = 20_000 } = context;
  for (let idleSince = Date.now(); ;) {
    const problem = context.problem();
    if (context.signal.aborted || problem !== undefined)
      return failed(problem ?? "the database was stopped during the restore");
    const events = context.events();
    const last = events.find(({ what }) => what === "failed") ?? events.at(-1) ?? lost;
    if (last?.what === "failed") return failed(last.why);
    if (!(await takesRequests(context.alpha())) || last === undefined || last.what === "begun") idleSince = Date.now();
    else if (last.what === "ended") return { status: "OK", errors: [] };
    else if (Date.now() - idleSince > resumesWithinMs) return afterDeath(events, last.why);
    await sleep(pollMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

/** The result when the database was started again and did not resume the restore. */
function afterDeath(events: readonly RestoreEvent[], why: string): RestoreResult {
  if (events.some(({ what }) => what === "ended")) return { status: "OK", errors: [] };
  return failed(`${why}; the database was started again, and did not resume the restore`);
}

async function takesRequests(alpha: RestoredAlpha | undefined): Promise<boolean> {
  return alpha !== undefined && (await alpha.health()) === "healthy" && (await alpha.answers());
}

function failed(why: string): RestoreResult {
  return { status: "ERR", errors: [why] };
}
