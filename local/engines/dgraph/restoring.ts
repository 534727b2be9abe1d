import { setTimeout as sleep } from "node:timers/promises";
import { CallerError } from "../../deployment";
import type { RestoreJob, RestoreResult } from "../engine";
import type { Alpha } from "./alpha";
import type { ManifestEntry } from "./manifests";

/** What a restore is seen by. */
export interface RestoreView {
  readonly alpha: Alpha;
  /** Folder of the series on the disk. */
  readonly location: string;
  readonly backup: ManifestEntry;
  /** What Alpha has said of a failed restore since this one began. */
  readonly failure: () => string | undefined;
  /** How the database ended, when it did. */
  readonly death: () => string | undefined;
}

interface Answer {
  readonly restore: { readonly code: string; readonly message: string | null };
}

const mutation =
  "mutation($location: String!, $backupNum: Int) { restore(input: { location: $location, backupNum: $backupNum }) { code message } }";
const pollMs = 200;
// The answer says "started"; only that it was seen at work, or this long after it, is a sign that it has ended.
const startsWithinMs = 10_000;
const resultWithinMs = 10_000;

/**
 * Begins a restore. Dgraph has no ids and no status for them: a later failure shows in its log only, so that the end is told
 * from its health, its log and a look at the result.
 */
export async function beginRestore(view: RestoreView): Promise<RestoreJob> {
  let result: RestoreResult | undefined;
  try {
    await view.alpha.admin<Answer>(mutation, { location: view.location, backupNum: view.backup.backupNum });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("already running")) throw new CallerError("another restore operation is in progress");
    result = { status: "ERR", errors: [message] };
  }
  if (result === undefined) {
    void watch(view).then((seen) => {
      result = seen;
    });
  }
  return {
    isDone: () => result !== undefined,
    finish: () => result ?? { status: "ERR", errors: ["the restore has not ended"] },
  };
}

async function watch(view: RestoreView): Promise<RestoreResult> {
  const began = Date.now();
  let seenAtWork = false;
  for (;;) {
    const failure = view.failure() ?? view.death();
    if (failure !== undefined) return { status: "ERR", errors: [failure] };
    const health = await view.alpha.health();
    if (health === "draining") seenAtWork = true;
    else if (health === "healthy" && (seenAtWork || Date.now() - began > startsWithinMs)) return check(view);
    await sleep(pollMs);
  }
}

/** After its end: is what the backup holds there? */
async function check({ alpha, backup, failure, death }: RestoreView): Promise<RestoreResult> {
  const wanted = backup.predicates.map((predicate) => predicate.replace(/^0-/, ""));
  let missing: readonly string[] = wanted;
  for (const began = Date.now(); Date.now() - began < resultWithinMs;) {
    await sleep(pollMs);
    const failed = failure() ?? death();
    if (failed !== undefined) return { status: "ERR", errors: [failed] };
    if (!(await alpha.answers())) continue;
    try {
      const { schema = [] } = await alpha.query<{ schema?: readonly { predicate: string }[] }>("schema {}");
      const there = new Set(schema.map(({ predicate }) => predicate));
      missing = wanted.filter((predicate) => !there.has(predicate));
      if (missing.length === 0) return { status: "OK", errors: [] };
    } catch {
      // It answers again in a moment, or the time is up.
    }
  }
  return { status: "ERR", errors: [`after the restore these predicates are missing: ${missing.join(", ")}`] };
}

/** What a line of Alpha's log says of a restore that failed, if it does. */
export function restoreFailure(line: string): string | undefined {
  return /Error while restoring (.*)$/.exec(line)?.[1];
}
