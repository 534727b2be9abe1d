import type { Target } from "../api/dataPlane";
import { UnknownOutcomeError } from "../errors/errors";
import type { Context } from "../resource/context";
import { waitUntilReady } from "../resource/wait";
import type { Operation } from "../run/operation";
import { refuseExpired, refuseMismatch } from "./inputs";
import { waitUntilNoRestoreRuns } from "./waitForRunningRestore";

/** What is to run on a backend or a cluster. */
interface Exclusive {
  /** Whose data the action replaces or erases. */
  readonly target: Target;
  /** The input that names the backend. */
  readonly property: "target" | "backend";
  readonly inputs: { readonly confirm?: string; readonly notAfter?: string };
  /** Id of an earlier attempt that goes on: its own unknown outcome does not refuse it. */
  readonly attempt?: string;
  /** URN of a Restore: a restore in progress that may be its own earlier run is refused instead of waited for. */
  readonly restoreUrn?: string | undefined;
  /** Whether the work may run while a backup is taken. Default: no. */
  readonly besideBackups?: boolean | undefined;
}

/**
 * Runs `work` while nothing else replaces or erases the target's data: no other action of this process, and no restore at all. `work` must
 * call `recheck` before each retry of its mutation: the pause before the retry may have been long.
 */
export async function runExclusively<T>(
  context: Context,
  operation: Operation,
  { target, property, inputs, attempt, restoreUrn, besideBackups }: Exclusive,
  work: (recheck: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const { account, clock } = context;
  const { id, deploymentType } = target;
  const hasRestores = deploymentType == null || deploymentType === "dedicated";
  const waitUntilFree = (): Promise<void> =>
    hasRestores
      ? waitUntilNoRestoreRuns(context, operation, id, { own: restoreUrn, besideBackups })
      : waitUntilReady(context, operation, id);
  const leave = await account.queue.enter(id, context, operation);
  try {
    refuseAfterUnknown(context, id, attempt);
    await waitUntilFree();
    return await work(async () => {
      await waitUntilFree();
      refuseExpired(clock, inputs.notAfter);
      await refuseMismatch(context, property, id, inputs.confirm, operation);
    });
  } finally {
    leave();
  }
}

/** Refuses an action after one whose answer was lost in this run, since that one may still be running. */
function refuseAfterUnknown({ account }: Context, uid: string, attempt: string | undefined): void {
  const unknown = account.unknownOutcomes.get(uid);
  if (unknown === undefined || unknown === attempt) return;
  throw new UnknownOutcomeError({
    code: "DGC417",
    why: `the answer to another action on ${uid} (${unknown}) was lost in this run, and it may still be running; nothing was sent.`,
    next: [`Look at the data of ${uid}.`, "Then run pulumi up again."],
  });
}
