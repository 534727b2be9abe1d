import { setTimeout as sleep } from "node:timers/promises";
import { CallerError } from "../../cloud/deployment";
import type { Backup, RestoreJob, RestoreResult } from "../engine";
import type { Alpha } from "./alpha";
import type { RestoreNews } from "./restoreLog";

type RestoredAlpha = Pick<Alpha, "admin" | "commitNothing" | "health" | "answers">;

/** What a restore is seen by. */
export interface RestoreView {
  /** The database, while it runs. */
  readonly alpha: () => RestoredAlpha | undefined;
  /** Why it does not run and will not be started again. */
  readonly problem: () => string | undefined;
  /** Folder of the series on the disk. */
  readonly location: string;
  readonly backup: Backup;
  /** What has happened since this restore was sent, the oldest first. */
  readonly news: () => readonly RestoreNews[];
  /** Aborted when the database is ended on purpose. */
  readonly signal: AbortSignal;
  /** How long a database that was started again may take to come back to it. Default 20000. */
  readonly takesUpWithinMs?: number;
}

interface Answer {
  readonly restore: { readonly code: string; readonly message: string | null };
}

const mutation =
  "mutation($location: String!, $backupNum: Int) { restore(input: { location: $location, backupNum: $backupNum }) { code message } }";
const pollMs = 200;

/**
 * Begins a restore. Dgraph has no ids and no status for them: how they end shows in its log only. One that was broken off is
 * in its log of proposals, and it does it again when it is started again.
 */
export async function beginRestore(alpha: RestoredAlpha, view: RestoreView): Promise<RestoreJob> {
  let result: RestoreResult | undefined;
  const follow = (lost?: RestoreNews): void => {
    void watch(view, lost).then((seen) => {
      result = seen;
    });
  };
  try {
    // After a restore Dgraph takes a snapshot of its log of proposals, but only if that holds a transaction that is newer than
    // the last one. Without it a restart does the restores of the last minute again, and of several in a row it leaves some out.
    await alpha.commitNothing();
    await alpha.admin<Answer>(mutation, { location: view.location, backupNum: view.backup.backupNum });
    follow();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("already running")) throw new CallerError("another restore operation is in progress");
    if (error instanceof CallerError) result = failed(message);
    else follow({ what: "died", why: "the database broke the connection" });
  }
  return {
    isDone: () => result !== undefined,
    finish: () => result ?? failed("the restore has not ended"),
  };
}

async function watch(view: RestoreView, lost: RestoreNews | undefined): Promise<RestoreResult> {
  const { takesUpWithinMs = 20_000 } = view;
  for (let idleSince = Date.now(); ;) {
    const problem = view.problem();
    if (view.signal.aborted || problem !== undefined) return failed(problem ?? "the database was ended in the restore");
    const news = view.news();
    const last = news.find(({ what }) => what === "failed") ?? news.at(-1) ?? lost;
    if (last?.what === "failed") return failed(last.why);
    if (!(await takesRequests(view.alpha())) || last === undefined || last.what === "begun") idleSince = Date.now();
    else if (last.what === "ended") return { status: "OK", errors: [] };
    else if (Date.now() - idleSince > takesUpWithinMs) return afterDeath(news, last.why);
    await sleep(pollMs, undefined, { signal: view.signal }).catch(() => undefined);
  }
}

/** It has been started again and found nothing left to do. */
function afterDeath(news: readonly RestoreNews[], why: string): RestoreResult {
  if (news.some(({ what }) => what === "ended")) return { status: "OK", errors: [] };
  return failed(`${why}; it was started again, and has forgotten the restore`);
}

async function takesRequests(alpha: RestoredAlpha | undefined): Promise<boolean> {
  return alpha !== undefined && (await alpha.health()) === "healthy" && (await alpha.answers());
}

function failed(why: string): RestoreResult {
  return { status: "ERR", errors: [why] };
}
