import { reportUnlessElsewhere } from "../errors/advice";
import { DeadlineError, RefusedError } from "../errors/errors";
import type { RestoreState } from "./dataAnswers";
import { type Call, type Retrying, withRetries } from "./retry";

/** The engine keeps its last 50 restores, and numbers them one after the other: of any 50 ids in a row, one that is among them answers. */
const window = 50;
/** How many ids are searched. The engine counts them from 1 since its start. */
const bound = 1_000;
/** How many ids are asked for together. */
const groupSize = 5;
/** How far apart the starts of windows are: a restore that begins while several of them are asked for moves the window by one. */
const step = window - 1;

/** Where to look for a restore in progress. */
interface Search {
  readonly uid: string;
  /** The highest id that this stack knows; 0 when it knows none. */
  readonly highestId: number;
  /** Asks once for one restore: the retries are made here. */
  readonly statusOf: (restoreId: number) => Promise<RestoreState>;
  readonly call: Call;
  readonly retrying: Retrying;
}

/** The id of a restore in progress. Searches from the highest id that this stack knows, and from the start of each window. */
export async function findRunningRestore(search: Search): Promise<number | undefined> {
  const { highestId } = search;
  if (highestId > 0) {
    // It is usually the last one: then two ids are enough.
    const { running, isKnown } = await walk(search, highestId, 2);
    if (isKnown) return running;
  }
  const starts: number[] = [];
  for (let id = 1; id <= bound; id += step) starts.push(id);
  for (let from = 0; from < starts.length; from += groupSize) {
    const group = starts.slice(from, from + groupSize);
    const statuses = await ask(search, group);
    const known = group.find((_, index) => statuses[index] !== "UNKNOWN");
    if (known === undefined) continue;
    return inProgress(group, statuses) ?? (await walk(search, known + 1)).running;
  }
  return undefined;
}

interface Walk {
  /** The id of a restore in progress. */
  readonly running?: number | undefined;
  /** Whether the engine knows the restore with the first id. */
  readonly isKnown: boolean;
}

/** Asks for one id after the other until one is in progress, or unknown: then the one before was the last. */
async function walk(search: Search, start: number, firstGroup = groupSize): Promise<Walk> {
  let size = firstGroup;
  for (let from = start; from - start <= bound; from += size, size = groupSize) {
    const group = Array.from({ length: size }, (_, index) => from + index);
    const statuses = await ask(search, group);
    const running = inProgress(group, statuses);
    if (running !== undefined) return { running, isKnown: true };
    if (statuses.includes("UNKNOWN")) return { isKnown: from > start || statuses[0] !== "UNKNOWN" };
  }
  throw endless(search.uid);
}

function inProgress(ids: readonly number[], statuses: readonly RestoreState[]): number | undefined {
  return ids.find((_, index) => statuses[index] === "IN_PROGRESS");
}

/**
 * Asks for several restores at once. They share their retries, so that an outage costs no more of the budget than with one request at a time.
 * A retry asks again for what has no answer, and for what was unknown: a restore may have begun during the pause. Once one is in progress, the
 * others need no answer.
 */
async function ask({ uid, statusOf, call, retrying }: Search, ids: readonly number[]): Promise<RestoreState[]> {
  if (retrying.clock.now() >= call.deadline) throw tooSlow(uid, call, ids[0] ?? 0);
  const statuses = new Map<number, RestoreState>();
  await withRetries(retrying, "idempotent", call, async () => {
    const missing = ids.filter((id) => !statuses.has(id));
    const answers = await Promise.allSettled(missing.map(statusOf));
    for (const [index, answer] of answers.entries())
      if (answer.status === "fulfilled") statuses.set(missing[index] ?? 0, answer.value);
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed === undefined || [...statuses.values()].includes("IN_PROGRESS")) return;
    for (const [id, status] of statuses) if (status === "UNKNOWN") statuses.delete(id);
    throw failed.reason;
  });
  return ids.map((id) => statuses.get(id) ?? "UNKNOWN");
}

function tooSlow(uid: string, { limit = "the time limit" }: Call, restoreId: number): DeadlineError {
  return new DeadlineError({
    code: "DGC209",
    why: `looking whether a restore runs on ${uid} took longer than ${limit}; last status: restore ${restoreId} was not looked up yet.`,
    next: `Nothing was sent: run pulumi up again, or raise ${limit.replace(/ \(.*$/, "")}.`,
  });
}

function endless(uid: string): RefusedError {
  return new RefusedError({
    code: "DGC411",
    why: `${uid} answers for more than ${bound} restores in a row, and an engine keeps far fewer; nothing was sent.`,
    next: reportUnlessElsewhere,
  });
}
