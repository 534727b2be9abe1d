import type { RestoreState } from "../api/dataAnswers";
import { reportUnlessElsewhere } from "../errors/advice";
import { ConflictError, DeadlineError, RefusedError } from "../errors/errors";
import type { Context } from "../resource/context";
import { waitUntilReady } from "../resource/wait";
import { type Operation } from "../run/operation";
import { watchRestore } from "./watchRestore";

/** The engine keeps its last 50 restores: of any 50 ids in a row, one that is among them answers. */
const window = 50;
/** How many ids are searched. The engine counts them from 1 since its start. */
const bound = 1_000;

/**
 * Waits until no restore runs on the backend. A restore that this stack does not know is refused: whoever started it relies on its data. So
 * is one that may be an earlier run of the resource with the URN `own`: the engine reuses ids after a restart, so it may be the very restore
 * that is about to be sent.
 */
export async function waitUntilNoRestoreRuns(
  context: Context,
  operation: Operation,
  uid: string,
  own?: string,
): Promise<void> {
  const { restores } = context.account;
  await waitUntilReady(context, operation, uid);
  for (const restoreId of restores.unfinishedOf(uid)) await waitUntilEnded(context, operation, uid, restoreId);
  for (;;) {
    const running = await findRunning(context, operation, uid);
    if (running === undefined) return;
    const holders = restores.holdersOf(uid, running);
    if (holders.size === 0) throw foreign(uid, running, "this run knows no restore of this stack with this id");
    if (own !== undefined && holders.has(own)) throw ownOrEarlier(uid, running);
    if (restores.hasEnded(uid, running))
      throw foreign(uid, running, "the restore of this stack that had this id has ended");
    await waitUntilEnded(context, operation, uid, running);
  }
}

/** Polls the restore here instead of waiting for its resource: the engine runs few operations at once, and that one may not have started. */
async function waitUntilEnded(context: Context, operation: Operation, uid: string, restoreId: number): Promise<void> {
  await watchRestore(context, operation, {
    uid,
    restoreId,
    what: `restore ${restoreId} of ${uid}, which must end first`,
    reached: (_, elapsed) => `restore ${restoreId} of ${uid} ended after ${elapsed}`,
    afterDeadline: [
      "Nothing was sent: run pulumi up again.",
      `If restores usually take this long, raise ${operation.timeout.input}.`,
    ],
    whenForgotten: {
      meaning: "so nobody can tell whether it has ended; nothing was sent",
      next: [`Look at the data of ${uid}.`, "Then run pulumi up again."],
    },
  });
  await waitUntilReady(context, operation, uid);
}

/** The id of a restore in progress. Searches from the highest id that this stack knows, and from the start of each window. */
async function findRunning(context: Context, operation: Operation, uid: string): Promise<number | undefined> {
  const { clock, account } = context;
  const status = async (id: number): Promise<RestoreState> => {
    if (clock.now() >= operation.deadline) throw tooSlow(uid, operation, id);
    return (await account.data.restoreStatus(uid, id, operation)).status;
  };
  const starts = [account.restores.highestIdOf(uid)];
  for (let id = 1; id <= bound; id += window) starts.push(id);
  for (const start of starts.filter((id) => id > 0)) {
    for (let id = start; ; id++) {
      if (id - start > bound) throw endless(uid);
      const found = await status(id);
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

function tooSlow(uid: string, { timeout: { input, value } }: Operation, id: number): Error {
  return new DeadlineError({
    code: "DGC209",
    why: `looking whether a restore runs on ${uid} took longer than ${input} (${value}); last status: restore ${id} was not looked up yet.`,
    next: `Nothing was sent: run pulumi up again, or raise ${input}.`,
  });
}

function endless(uid: string): Error {
  return new RefusedError({
    code: "DGC411",
    why: `${uid} answers for more than ${bound} restores in a row, and an engine keeps far fewer; nothing was sent.`,
    next: reportUnlessElsewhere,
  });
}

const whenEnded = "Wait until it has ended, then run pulumi up again.";

function foreign(uid: string, restoreId: number, whose: string): Error {
  return new ConflictError({
    code: "DGC410",
    why: `restore ${restoreId} is in progress on ${uid}, and ${whose}; nothing was sent.`,
    next: [
      whenEnded,
      `If it is the one you asked for (an earlier run was cut off), set resumeRestoreId: ${restoreId} on the Restore: it is waited for, and nothing is sent.`,
    ],
  });
}

function ownOrEarlier(uid: string, restoreId: number): Error {
  return new ConflictError({
    code: "DGC410",
    why: `restore ${restoreId} is in progress on ${uid}, and an earlier run of this very resource has, or had, this id; nothing was sent.`,
    next: [
      whenEnded,
      `Only if it is the one that the new change asked for (the run was cut off before the answer), set resumeRestoreId: ${restoreId} on the Restore: it is waited for, and the change counts as carried out.`,
    ],
  });
}
