import { runExclusively } from "../action/exclusive";
import { refuseExpired, refuseMismatch } from "../action/inputs";
import { mayHaveRun } from "../action/outcome";
import { type Protection, recordedProtection } from "../action/backendProtection";
import { type Backup, restoreIdBeside } from "../api/dataAnswers";
import type { Deployment } from "../api/deployment";
import { DgraphCloudError, RefusedError, UnknownOutcomeError } from "../errors/errors";
import type { Context } from "../resource/context";
import { givenNames } from "../resource/fields";
import type { Created } from "../resource/resource";
import { type Operation } from "../run/operation";
import { chooseBackup } from "./backups";
import { restoreRequestFields, type RestoreRequestInputs, type RestoreRequestState } from "./inputs";

export const requestStateVersion = 1;

/** Sends the one restore, when nothing else replaces or erases the target's data. */
export async function sendRestore(
  context: Context,
  operation: Operation,
  inputs: RestoreRequestInputs & Protection,
): Promise<Created<RestoreRequestState>> {
  const { target, source, confirm, notAfter } = inputs;
  refuseExpired(context.clock, notAfter);
  const admit = async (deployment: Deployment): Promise<void> => {
    await context.account.data.locate(source, operation);
    requireDedicated(deployment);
  };
  const exclusive = { uid: target, property: "target", inputs, admit, restoreUrn: context.urn } as const;
  return runExclusively(context, operation, exclusive, async (recheck) => {
    const backup = await chooseBackup(context, operation, inputs);
    await refuseMismatch(context, "target", target, confirm, operation);
    refuseExpired(context.clock, notAfter);
    return sendOnce(context, operation, inputs, { backup, recheck });
  });
}

/** Without this check, a restore into a free or shared backend would fail only after the wait in the queue. */
function requireDedicated({ uid, deploymentType }: Deployment): void {
  if (deploymentType == null || deploymentType === "dedicated") return;
  throw new RefusedError({
    code: "DGC401",
    why: `the target ${uid} is "${deploymentType}", and restore exists for dedicated backends only; nothing was sent.`,
    next: 'Name a target with deploymentType: "dedicated".',
  });
}

async function sendOnce(
  context: Context,
  operation: Operation,
  inputs: RestoreRequestInputs & Protection,
  { backup, recheck }: { readonly backup: Backup; readonly recheck: () => Promise<void> },
): Promise<Created<RestoreRequestState>> {
  const { account, clock, info } = context;
  const { target, source } = inputs;
  let startedAt = new Date(clock.now()).toISOString();
  const recheckAndRecordStart = async (): Promise<void> => {
    await recheck();
    startedAt = new Date(clock.now()).toISOString();
  };
  const recorded = (restoreId: number, failure?: Error): Created<RestoreRequestState> => {
    const id = `${target}/${restoreId}/${startedAt}`;
    account.restores.recordSent(target, restoreId, id, context.urn ?? id);
    info(`restore ${restoreId} of ${target} has begun: backup ${backup.backupNum} in "${backup.folder}" of ${source}`);
    return {
      id,
      state: stateOf(context, inputs, startedAt, { attempt: "known", restoreId, ...restored(backup) }),
      failure,
    };
  };
  try {
    return recorded(
      await account.data.restore(target, { source, ...backup }, { ...operation, recheck: recheckAndRecordStart }),
    );
  } catch (error) {
    const restoreId = restoreIdBeside(error);
    if (restoreId !== undefined && error instanceof Error) return recorded(restoreId, error);
    if (!mayHaveRun(error)) throw error;
    const id = `${target}/unknown/${startedAt}`;
    account.unknownOutcomes.set(target, id);
    const state = stateOf(context, inputs, startedAt, { attempt: "unknown", ...restored(backup) });
    return { id, state, failure: unknownRestore(id, state, error) };
  }
}

/** The record of a restore that was already sent (`resumeRestoreId`). Sends nothing. */
export function resumed(
  context: Context,
  inputs: RestoreRequestInputs & Protection,
  restoreId: number,
): Created<RestoreRequestState> {
  const startedAt = new Date(context.clock.now()).toISOString();
  context.info(`restore ${restoreId} of ${inputs.target} is resumed, as resumeRestoreId asks; nothing is sent`);
  return {
    id: `${inputs.target}/${restoreId}/${startedAt}`,
    state: stateOf(context, inputs, startedAt, { attempt: "known", restoreId }),
  };
}

/** The error for a restore whose answer was lost: what may have happened, and what the user can do. */
export function unknownRestore(
  id: string,
  { source, target, acceptUnknown }: RestoreRequestState,
  cause?: unknown,
): Error {
  const last = cause instanceof DgraphCloudError ? ` Last: ${cause.why}` : "";
  const other = acceptUnknown === undefined ? "" : ` (it is "${acceptUnknown}" now, another attempt)`;
  return new UnknownOutcomeError({
    code: "DGC406",
    why: `the answer to restore was lost: ${target} may or may not be restored from ${source}, and the restore may still be running. It is not sent again.${last}`,
    next: [
      `Look at the data of ${target}.`,
      "If the restore is running, set resumeRestoreId to its id to wait for it.",
      `If it is done, set acceptUnknown: "${id}"${other}.`,
      "To run it again, give triggers a new value.",
      "Until then every pulumi up fails here and sends nothing.",
    ],
    cause,
  });
}

function restored({ folder, backupNum, type, timestamp }: Backup): Partial<RestoreRequestState> {
  return { restoredFolder: folder, restoredNum: backupNum, restoredType: type, restoredTimestamp: timestamp };
}

function stateOf(
  context: Context,
  inputs: RestoreRequestInputs & Protection,
  startedAt: string,
  {
    attempt,
    ...values
  }: Partial<RestoreRequestState> & { readonly attempt: RestoreRequestState["__state"]["attempt"] },
): RestoreRequestState {
  const given = givenNames(restoreRequestFields, { ...inputs });
  const status = attempt === "unknown" ? "pending" : "ready";
  return {
    ...inputs,
    ...recordedProtection(context, inputs.target, inputs),
    ...values,
    startedAt,
    __state: { version: requestStateVersion, status, given, attempt },
  };
}
