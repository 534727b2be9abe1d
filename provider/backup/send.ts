import { mayHaveRun } from "../action/outcome";
import { DgraphCloudError, UnknownOutcomeError } from "../errors/errors";
import { GraphqlError } from "../errors/requestErrors";
import type { Context } from "../resource/context";
import { givenNames } from "../resource/fields";
import type { Created } from "../resource/resource";
import type { Operation } from "../run/operation";
import {
  backupFields,
  type BackupInputs,
  type BackupMetadata,
  type BackupState,
  backupStateVersion,
  type Before,
} from "./inputs";
import { backupFailed, BackupFailedError, completed, findLost, waitForBackup } from "./wait";

/** The operation that sends a backup. */
export interface Sending {
  readonly operation: Operation;
  /** Called before the request is retried. Throws if the backup may no longer be taken. */
  readonly recheck: () => Promise<void>;
  readonly cluster: string;
  readonly before: Before;
}

/** Sends the one request for a backup, and waits for its end. What is known when the wait fails stays in the state. */
export async function sendBackup(
  context: Context,
  { operation, recheck, cluster, before }: Sending,
  inputs: BackupInputs,
): Promise<Created<BackupState>> {
  const { account, clock, info } = context;
  let startedAt = new Date(clock.now()).toISOString();
  const recheckAndRecordStart = async (): Promise<void> => {
    await recheck();
    startedAt = new Date(clock.now()).toISOString();
  };
  const stateAfter = (attempt: BackupMetadata["attempt"], taskId?: string): BackupState => {
    const given = givenNames(backupFields, { ...inputs });
    const memory = { version: backupStateVersion, status: "pending", given, attempt, before } as const;
    return { ...inputs, cluster, startedAt, __state: { ...memory, ...(taskId !== undefined && { taskId }) } };
  };
  const { destination, full = false, credentials } = inputs;
  const call = { ...operation, recheck: recheckAndRecordStart };
  let state: BackupState;
  try {
    const taskId = await account.data.backup(cluster, { destination, full, credentials }, call);
    state = stateAfter("sent", taskId);
  } catch (error) {
    if (error instanceof GraphqlError && /task failed/i.test(error.said)) throw backupFailed(inputs);
    if (!mayHaveRun(error)) throw error;
    const lost = stateAfter("unknown");
    return afterLostAnswer(context, operation, lost, error);
  }
  const id = idOf(state);
  info(`the backup to ${destination} has begun (task ${state.__state.taskId ?? ""})`);
  try {
    return { id, state: await waitForBackup(context, operation, state) };
  } catch (error) {
    // Nothing was taken, so the next run begins anew.
    if (error instanceof BackupFailedError || !(error instanceof Error)) throw error;
    return { id, state, failure: error };
  }
}

/** The error for a backup whose answer was lost: what may have happened, and what the user can do. */
export function unknownBackup({ cluster, destination, acceptUnknown, startedAt }: BackupState, cause?: unknown): Error {
  const id = idOf({ cluster, startedAt });
  const last = cause instanceof DgraphCloudError ? ` Last: ${cause.why}` : "";
  const other = acceptUnknown === undefined ? "" : ` (it is "${acceptUnknown}" now, another attempt)`;
  return new UnknownOutcomeError({
    code: "DGC809",
    why: `the answer to backup was lost: the cluster ${cluster} may or may not have a new backup in ${destination}, and may still be taking it. It is not sent again.${last}`,
    next: [
      "Look at the backups in the destination (getBackups lists them).",
      `If the backup is there, or you do not need it, set acceptUnknown: "${id}"${other}.`,
      "To take another backup, give triggers a new value.",
      "Until then every pulumi up fails here and sends nothing.",
    ],
    cause,
  });
}

/** Looks for a backup that may have begun all the same. Without a trace of it, its outcome is unknown. */
async function afterLostAnswer(
  context: Context,
  operation: Operation,
  state: BackupState,
  cause: unknown,
): Promise<Created<BackupState>> {
  const id = idOf(state);
  const { cluster } = state;
  const unknown = (): Created<BackupState> => {
    context.account.unknownOutcomes.set(cluster, id);
    return { id, state, failure: unknownBackup(state, cause) };
  };
  context.progress(`the answer to backup was lost; looking whether it was taken`);
  try {
    const found = await findLost(context, operation, state);
    return found === undefined ? unknown() : { id, state: await completed(context, operation, state, found) };
  } catch (error) {
    if (!(error instanceof DgraphCloudError)) throw error;
    return unknown();
  }
}

function idOf({ cluster, startedAt }: Pick<BackupState, "cluster" | "startedAt">): string {
  return `${cluster}/backup/${startedAt}`;
}
