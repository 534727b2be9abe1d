import type { RestoreStatusAnswer } from "../api/dataAnswers";
import type { Context } from "../resource/context";
import { reportUnlessElsewhere } from "../errors/advice";
import { ConflictError, DeadlineError, RefusedError, UnknownOutcomeError } from "../errors/errors";
import { type PollResult, waitFor, waitUntilReady } from "../resource/wait";
import { isForgotten, pollRestore, unknownLimit } from "./watchRestore";
import { type Operation } from "../run/operation";

/** The engine keeps its last 50 restores: of any 50 ids in a row, one that is among them answers. */
const window = 50;
/** How far the ids are searched that count from 1 since the engine's start. */
const bound = 1_000;

/**
 * Waits until no restore runs on the backend. Polls the one that runs by itself. One that this stack does not know is
 * never overrun: whoever started it counts on its data. Nor is one with the id of an earlier restore of the resource that asks: ids are
 * given anew after a restart of the engine, so it may be the very restore that is about to be sent.
 */
export async function waitUntilNoRestoreRuns(
  context: Context,
  operation: Operation,
  uid: string,
  asking?: string,
): Promise<void> {
  const { restores } = context.account;
  await waitUntilReady(context, operation, uid);
  for (const restoreId of restores.unfinishedOf(uid)) await untilEnded(context, operation, uid, restoreId);
  for (;;) {
    const running = await findRunning(context, operation, uid);
    if (running === undefined) return;
    const holders = restores.holdersOf(uid, running);
    if (holders.size === 0) throw foreign(uid, running, "it is none of this stack's that this run knows");
    if (asking !== undefined && holders.has(asking)) throw ownOrEarlier(uid, running);
    if (restores.hasEnded(uid, running))
      throw foreign(uid, running, "the restore of this stack that had this id has ended");
    await untilEnded(context, operation, uid, running);
  }
}

/** Waits for the end of one restore. An UNKNOWN is no end: it may be another node of the backend that says so. */
async function untilEnded(context: Context, operation: Operation, uid: string, restoreId: number): Promise<void> {
  const { account, clock } = context;
  const { url } = await account.data.locate(uid, operation);
  let unknownSince: number | undefined;
  await waitFor(context, operation, {
    what: `restore ${restoreId} of ${uid}, which must end first`,
    poll: async (): Promise<PollResult<undefined>> => {
      const seen = await pollRestore(context, operation, { uid, url, restoreId });
      if ("unknown" in seen) {
        unknownSince = seen.isWell ? (unknownSince ?? clock.now()) : undefined;
        if (unknownSince !== undefined && isForgotten(unknownSince, clock.now())) throw forgotten(uid, restoreId);
        return { pending: seen.unknown, pauseMs: seen.pauseMs };
      }
      unknownSince = undefined;
      if ("silent" in seen) return { pending: seen.silent };
      return seen.status.status === "IN_PROGRESS" ? { pending: seen.status.status } : { done: undefined };
    },
    reached: (_, elapsed) => `restore ${restoreId} of ${uid} ended after ${elapsed}`,
    afterDeadline: [
      "Nothing was sent: run pulumi up again.",
      `If restores usually take this long, raise ${operation.timeout.input}.`,
    ],
  });
  account.restores.recordEnded(uid, restoreId);
  await waitUntilReady(context, operation, uid);
}

async function findRunning(context: Context, operation: Operation, uid: string): Promise<number | undefined> {
  const { clock, account } = context;
  const status = async (id: number): Promise<RestoreStatusAnswer["status"]> => {
    if (clock.now() >= operation.deadline) throw tooSlow(uid, operation, id);
    return (await account.data.restoreStatus(uid, id, operation)).status;
  };
  const anchors = [account.restores.highestIdOf(uid)];
  for (let id = 1; id <= bound; id += window) anchors.push(id);
  for (const anchor of anchors.filter((id) => id > 0)) {
    for (let id = anchor; ; id++) {
      if (id - anchor > bound) throw endless(uid);
      const found = await status(id);
      if (found === "IN_PROGRESS") return id;
      if (found === "UNKNOWN") {
        // Beyond the last id there is nothing to find.
        if (id > anchor) return undefined;
        break;
      }
    }
  }
  return undefined;
}

function tooSlow(uid: string, { timeout: { input, value } }: Operation, id: number): Error {
  return new DeadlineError({
    code: "DGC209",
    why: `looking whether a restore runs on ${uid} took longer than ${input} (${value}); last status: ${id} not looked up yet.`,
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

function forgotten(uid: string, restoreId: number): Error {
  return new UnknownOutcomeError({
    code: "DGC407",
    why:
      `the backend ${uid} is well and has answered UNKNOWN for restore ${restoreId} for ${unknownLimit}, so that nobody can ` +
      "tell whether it has ended; nothing was sent.",
    next: [`Look at the data of ${uid}.`, "Then run pulumi up again."],
  });
}

const whenEnded = "Wait until it has ended and run pulumi up again.";

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
