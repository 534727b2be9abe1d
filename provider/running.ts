import type { RestoreStatus } from "./api/dataAnswers";
import type { Context, Operation } from "./context";
import { ConflictError, RefusedError, RequestError } from "./errors";
import { type Look, waitFor } from "./wait";

/** The engine keeps its last 50 restores: of any 50 ids in a row, one that is among them answers. */
const window = 50;
/** How far the ids are searched that count from 1 since the engine's start. */
const bound = 1_000;

/**
 * Waits until no restore runs on the backend. Polls the one that runs by itself. One that this stack does not know is
 * never overrun: whoever started it counts on its data. Nor is one with the id of an earlier restore of the resource that asks: ids are
 * given anew after a restart of the engine, so it may be the very restore that is about to be sent.
 */
export async function untilNoRestoreRuns(
  context: Context,
  operation: Operation,
  uid: string,
  asking?: string,
): Promise<void> {
  await waitUntilReady(context, operation, uid);
  for (;;) {
    const running = await findRunning(context, operation, uid);
    if (running === undefined) return;
    const holder = context.cloud.ledger.holderOf(uid, running);
    if (holder === undefined) throw foreign(uid, running, "it is none of this stack's that this run knows");
    if (holder === asking) throw foreign(uid, running, "an earlier run of this very resource has, or had, this id");
    await waitFor(context, operation, {
      what: `restore ${running} of ${uid}, which must end first`,
      look: async () => {
        const { status } = await context.cloud.data.restoreStatus(uid, running, operation);
        return status === "IN_PROGRESS" ? { pending: status } : { done: undefined };
      },
      afterDeadline: `Nothing was sent: run pulumi up again, or raise ${operation.timeout.input}.`,
    });
    await waitUntilReady(context, operation, uid);
  }
}

/** Waits until the backend answers. */
export async function waitUntilReady(context: Context, operation: Operation, uid: string): Promise<void> {
  const { url } = await context.cloud.data.locate(uid, operation);
  await waitFor(context, operation, {
    what: `backend ${uid} to answer`,
    look: () => lookWhetherReady(context, url),
    afterDeadline: `Run pulumi up to go on, or raise ${operation.timeout.input}.`,
  });
}

/** Asks a backend whether it is up. One that is still being made refuses, resets or hangs: that is what is being waited for. */
export async function lookWhetherReady(context: Context, host: string): Promise<Look<undefined>> {
  try {
    const { status, retryAfterMs } = await context.cloud.data.readiness(host, context.signal);
    return status === 200 ? { done: undefined } : { pending: `HTTP ${status}`, pauseMs: retryAfterMs };
  } catch (error) {
    if (error instanceof RequestError) return { pending: error.why };
    throw error;
  }
}

async function findRunning(context: Context, operation: Operation, uid: string): Promise<number | undefined> {
  const status = async (id: number): Promise<RestoreStatus["status"]> =>
    (await context.cloud.data.restoreStatus(uid, id, operation)).status;
  const anchors = [context.cloud.ledger.highestRestore(uid)];
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

function endless(uid: string): Error {
  return new RefusedError({
    code: "DGC411",
    why: `${uid} answers for more than ${bound} restores in a row, and an engine keeps far fewer; nothing was sent.`,
    next: "Check that the endpoint setting names Dgraph Cloud; if it does, please report this message.",
  });
}

function foreign(uid: string, restoreId: number, whose: string): Error {
  return new ConflictError({
    code: "DGC410",
    why: `restore ${restoreId} is in progress on ${uid}, and ${whose}; nothing was sent.`,
    next:
      `Wait until it has ended and run pulumi up again. If it is the very one you asked for (an earlier run was cut off), ` +
      `set resumeRestoreId: ${restoreId} on the Restore: then it is waited for and nothing is sent.`,
  });
}
