import { reportUnlessElsewhere } from "../errors/advice";
import { DeadlineError, RefusedError } from "../errors/errors";
import type { Clock } from "../time";
import type { RestoreState } from "./dataAnswers";
import type { Call } from "./retry";

/** The engine keeps its last 50 restores: of any 50 ids in a row, one that is among them answers. */
const window = 50;
/** How many ids are searched. The engine counts them from 1 since its start. */
const bound = 1_000;

/** Where to look for a restore in progress. */
interface Search {
  readonly uid: string;
  /** The highest id that this stack knows; 0 when it knows none. */
  readonly highestId: number;
  readonly statusOf: (restoreId: number) => Promise<RestoreState>;
  readonly call: Call;
  readonly clock: Clock;
}

/** The id of a restore in progress. Searches from the highest id that this stack knows, and from the start of each window. */
export async function findRunningRestore(search: Search): Promise<number | undefined> {
  const { uid, highestId, statusOf, call, clock } = search;
  const starts = [highestId];
  for (let id = 1; id <= bound; id += window) starts.push(id);
  for (const start of starts.filter((id) => id > 0)) {
    for (let id = start; ; id++) {
      if (id - start > bound) throw endless(uid);
      if (clock.now() >= call.deadline) throw tooSlow(uid, call, id);
      const found = await statusOf(id);
      if (found === "IN_PROGRESS") return id;
      if (found === "UNKNOWN") {
        // The id before this one was known, so this one is beyond the last.
        if (id > start) return undefined;
        break;
      }
    }
  }
  return undefined;
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
