import { ConflictError } from "../errors/errors";
import type { Context } from "../resource/context";
import { targetName } from "../resource/messages";
import { waitFor, waitUntilReady } from "../resource/wait";
import { type Operation } from "../run/operation";
import type { RestoreKey } from "../run/restores";
import { restoreName, sentRestoreOf, watchRestore } from "./watchRestore";

/**
 * Waits until no restore runs on the target. A restore that this stack does not know is refused: whoever started it relies on its data. So
 * is one that may be an earlier run of the resource with the URN `own`: it may be the very restore that is about to be sent, since the engine
 * reuses numbers after a restart, and a cluster gives none. A backup is waited for as well, unless the work may run beside it.
 */
export async function waitUntilNoRestoreRuns(
  context: Context,
  operation: Operation,
  target: string,
  {
    own,
    besideBackups = false,
  }: { readonly own?: string | undefined; readonly besideBackups?: boolean | undefined } = {},
): Promise<void> {
  const { restores, data } = context.account;
  await waitUntilReady(context, operation, target);
  for (const key of restores.unfinishedOf(target)) await waitUntilEnded(context, operation, target, key);
  for (;;) {
    const running = await data.running(target, restores.highestIdOf(target), operation);
    if (running === undefined) return;
    if (running.what === "backup") {
      if (besideBackups) return;
      await waitUntilBackedUp(context, operation, target);
      continue;
    }
    const key = running.restoreId ?? restores.awaitedOf(target);
    const holders = key === undefined ? new Set<string>() : restores.holdersOf(target, key);
    if (key === undefined || holders.size === 0)
      throw foreign(target, running.restoreId, "this run knows no such restore of this stack");
    if (own !== undefined && holders.has(own)) throw ownOrEarlier(target, running.restoreId);
    if (restores.hasEnded(target, key))
      throw foreign(target, running.restoreId, "the restore of this stack that had this id has ended");
    await waitUntilEnded(context, operation, target, key);
  }
}

/** Polls the restore here instead of waiting for its resource: the engine runs few operations at once, and that one may not have started. */
async function waitUntilEnded(context: Context, operation: Operation, target: string, key: RestoreKey): Promise<void> {
  const restore = sentRestoreOf(target, key);
  const name = restoreName(restore);
  await watchRestore(context, operation, {
    restore,
    what: `${name}, which must end first`,
    reached: (_, elapsed) => `${name} ended after ${elapsed}`,
    afterDeadline: [
      "Nothing was sent: run pulumi up again.",
      `If restores usually take this long, raise ${operation.timeout.input}.`,
    ],
    whenForgotten: {
      meaning: "so nobody can tell whether it has ended; nothing was sent",
      next: [`Look at the data of ${target}.`, "Then run pulumi up again."],
    },
  });
  await waitUntilReady(context, operation, target);
}

async function waitUntilBackedUp(context: Context, operation: Operation, target: string): Promise<void> {
  await waitFor(context, operation, {
    what: `a backup of ${targetName(target)}, which must end first`,
    poll: async () => {
      const running = await context.account.data.running(target, 0, operation);
      return running?.what === "backup" ? { pending: "it is in progress" } : { done: undefined };
    },
    reached: (_, elapsed) => `a backup of ${targetName(target)} ended after ${elapsed}`,
    afterDeadline: [
      "Nothing was sent: run pulumi up again.",
      `If backups usually take this long, raise ${operation.timeout.input}.`,
    ],
  });
}

const whenEnded = "Wait until it has ended, then run pulumi up again.";

function foreign(target: string, restoreId: number | undefined, whose: string): Error {
  return new ConflictError({
    code: "DGC410",
    why: `${nameOf(restoreId)} is in progress on ${target}, and ${whose}; nothing was sent.`,
    next: [
      whenEnded,
      ...resumption(restoreId, "If it is the one you asked for (an earlier run was cut off)", "nothing is sent"),
    ],
  });
}

function ownOrEarlier(target: string, restoreId: number | undefined): Error {
  const whose =
    restoreId === undefined
      ? "it may be an earlier run of this very resource"
      : "an earlier run of this very resource has, or had, this id";
  return new ConflictError({
    code: "DGC410",
    why: `${nameOf(restoreId)} is in progress on ${target}, and ${whose}; nothing was sent.`,
    next: [
      whenEnded,
      ...resumption(
        restoreId,
        "Only if it is the one that the new change asked for (the run was cut off before the answer)",
        "the change counts as carried out",
      ),
    ],
  });
}

function nameOf(restoreId: number | undefined): string {
  return restoreId === undefined ? "a restore" : `restore ${restoreId}`;
}

/** A cluster gives a restore no number by which it could be resumed. */
function resumption(restoreId: number | undefined, when: string, then: string): string[] {
  if (restoreId === undefined) return [];
  return [`${when}, set resumeRestoreId: ${restoreId} on the Restore: it is waited for, and ${then}.`];
}
