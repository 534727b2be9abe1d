import { locateTarget } from "../action/action";
import { runExclusively } from "../action/exclusive";
import { refuseExpired, refuseMismatch, refuseRuledOut } from "../action/inputs";
import { mayHaveRun } from "../action/outcome";
import { type Protection, recordedProtection } from "../action/backendProtection";
import { type Backup, restoreIdBeside } from "../api/dataAnswers";
import type { BackupSource, Target } from "../api/dataPlane";
import { DgraphCloudError, RefusedError, UnknownOutcomeError } from "../errors/errors";
import type { Context } from "../resource/context";
import { givenNames } from "../resource/fields";
import type { Created } from "../resource/resource";
import { type Operation } from "../run/operation";
import { restoreName } from "../action/watchRestore";
import { chooseBackup, nameOf, sourceOf } from "./backups";
import { restoreRequestFields, type RestoreRequestInputs, type RestoreRequestState } from "./inputs";

export const requestStateVersion = 1;

/** Inputs with the id of the backend or of the cluster. */
type Located = RestoreRequestInputs & Protection & { readonly target: string };

/** Sends the one restore, when nothing else replaces or erases the target's data. */
export async function sendRestore(
  context: Context,
  operation: Operation,
  inputs: RestoreRequestInputs & Protection,
): Promise<Created<RestoreRequestState>> {
  const { confirm, notAfter } = inputs;
  const { data } = context.account;
  refuseExpired(context.clock, notAfter);
  refuseRuledOut(context, [{ what: "restore" }]);
  const located = await locateTarget(context, operation, inputs.target);
  const target = located.id;
  if (inputs.source !== undefined) await data.locate(inputs.source, operation);
  requireDedicated(located);
  const exclusive = { target: located, property: "target", inputs, restoreUrn: context.urn } as const;
  return runExclusively(context, operation, exclusive, async (recheck) => {
    const backup = await chooseBackup(context, operation, inputs);
    await refuseMismatch(context, "target", target, confirm, operation);
    refuseExpired(context.clock, notAfter);
    return sendOnce(context, operation, { ...inputs, target }, { backup, recheck });
  });
}

/** Without this check, a restore into a free or shared backend would fail only after the wait in the queue. */
function requireDedicated({ id, deploymentType }: Target): void {
  if (deploymentType == null || deploymentType === "dedicated") return;
  throw new RefusedError({
    code: "DGC401",
    why: `the target ${id} is "${deploymentType}", and restore exists for dedicated backends only; nothing was sent.`,
    next: 'Name a target with deploymentType: "dedicated".',
  });
}

async function sendOnce(
  context: Context,
  operation: Operation,
  inputs: Located,
  { backup, recheck }: { readonly backup: Backup; readonly recheck: () => Promise<void> },
): Promise<Created<RestoreRequestState>> {
  const { account, clock, info } = context;
  const { target, encryptionKeyFile } = inputs;
  const source = sourceOf(inputs);
  let startedAt = new Date(clock.now()).toISOString();
  const recheckAndRecordStart = async (): Promise<void> => {
    await recheck();
    startedAt = new Date(clock.now()).toISOString();
  };
  const recorded = (restoreId: number | undefined, failure?: Error): Created<RestoreRequestState> => {
    const id = `${target}/${restoreId ?? "restore"}/${startedAt}`;
    account.restores.recordSent(target, restoreId ?? id, id, context.urn ?? id);
    const which = `backup ${backup.backupNum} in "${backup.series}" of ${nameOf(source)}`;
    info(`${restoreName({ target, restoreId })} has begun: ${which}`);
    return {
      id,
      state: stateOf(context, inputs, startedAt, {
        attempt: "known",
        ...(restoreId !== undefined && { restoreId }),
        ...restored(source, backup),
      }),
      failure,
    };
  };
  try {
    const call = { ...operation, recheck: recheckAndRecordStart };
    return recorded(
      await account.data.restore(target, { source, backup, encryptionKeyFile, contents: inputs.contents }, call),
    );
  } catch (error) {
    const restoreId = restoreIdBeside(error);
    if (restoreId !== undefined && error instanceof Error) return recorded(restoreId, error);
    if (!mayHaveRun(error)) throw error;
    const id = `${target}/unknown/${startedAt}`;
    account.unknownOutcomes.set(target, id);
    const state = stateOf(context, inputs, startedAt, { attempt: "unknown", ...restored(source, backup) });
    return { id, state, failure: unknownRestore(id, state, error) };
  }
}

/** The record of a restore that was already sent (`resumeRestoreId`). Sends nothing. */
export function resumed(
  context: Context,
  { target = "", ...inputs }: RestoreRequestInputs & Protection,
  restoreId: number,
): Created<RestoreRequestState> {
  const startedAt = new Date(context.clock.now()).toISOString();
  context.info(`restore ${restoreId} of ${target} is resumed, as resumeRestoreId asks; nothing is sent`);
  return {
    id: `${target}/${restoreId}/${startedAt}`,
    state: stateOf(context, { ...inputs, target }, startedAt, { attempt: "known", restoreId }),
  };
}

/** The error for a restore whose answer was lost: what may have happened, and what the user can do. */
export function unknownRestore(id: string, state: RestoreRequestState, cause?: unknown): Error {
  const { target, acceptUnknown } = state;
  const source = sourceOf(state);
  const last = cause instanceof DgraphCloudError ? ` Last: ${cause.why}` : "";
  const other = acceptUnknown === undefined ? "" : ` (it is "${acceptUnknown}" now, another attempt)`;
  return new UnknownOutcomeError({
    code: "DGC406",
    why: `the answer to restore was lost: ${target} may or may not be restored from ${nameOf(source)}, and the restore may still be running. It is not sent again.${last}`,
    next: [
      `Look at the data of ${target}.`,
      "uid" in source
        ? "If the restore is running, set resumeRestoreId to its id to wait for it."
        : "While it is running, GET /health?live of an Alpha names opRestore: wait until it does not.",
      `If it is done, set acceptUnknown: "${id}"${other}.`,
      "To run it again, give triggers a new value.",
      "Until then every pulumi up fails here and sends nothing.",
    ],
    cause,
  });
}

function restored(
  source: BackupSource,
  { series, backupNum, type, timestamp, predicates }: Backup,
): Partial<RestoreRequestState> {
  return {
    ...("uid" in source ? { restoredFolder: series } : { restoredBackupId: series }),
    restoredNum: backupNum,
    restoredType: type,
    restoredTimestamp: timestamp,
    ...(predicates !== undefined && { predicates }),
  };
}

function stateOf(
  context: Context,
  inputs: Located,
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
