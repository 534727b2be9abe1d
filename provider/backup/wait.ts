import type { Backup } from "../api/dataAnswers";
import { RefusedError } from "../errors/errors";
import { GraphqlError } from "../errors/requestErrors";
import type { Context } from "../resource/context";
import { type PollResult, statusAfter, waitFor } from "../resource/wait";
import type { Operation } from "../run/operation";
import { contentsNow, unchanged } from "./contents";
import type { BackupInputs, BackupMetadata, BackupState } from "./inputs";

/** How long the list of backups may lag behind the end of one. */
const listMs = 30_000;
/** How far the clock of an Alpha may be behind the one here. */
const clockSkewMs = 3_600_000;
/** How long a backup whose answer was lost is looked for while Dgraph takes none: it may still be about to begin. */
const quietMs = 60_000;

/** Where a new backup is looked for. */
interface Search {
  readonly cluster: string;
  readonly inputs: Pick<BackupInputs, "destination" | "credentials" | "full">;
  /** The paths of the backups that were there before. */
  readonly listed: readonly string[];
  /** When the backup was sent. */
  readonly startedAt: string;
}

function searchFor(state: BackupState): Search {
  const { cluster, startedAt, __state: memory } = state;
  return { cluster, inputs: state, listed: memory.before?.listed ?? [], startedAt };
}

/** The backups in the destination; none while there is no folder yet. */
export async function listedIn(
  { account }: Context,
  operation: Operation,
  { destination, credentials }: Search["inputs"],
): Promise<Backup[]> {
  try {
    return await account.data.listBackups({ location: destination, credentials }, operation);
  } catch (error) {
    if (error instanceof GraphqlError && /path.* doesn't exist/i.test(error.said)) return [];
    throw error;
  }
}

/** Waits for the end of a backup that Dgraph has accepted, finds it in the list, and counts again. Throws `backupFailed` if Dgraph reports so. */
export async function waitForBackup(context: Context, operation: Operation, state: BackupState): Promise<BackupState> {
  const { cluster, __state: memory } = state;
  const search = searchFor(state);
  const task = memory.taskId ?? "";
  const ended = await waitFor(context, operation, {
    what: `the backup of the cluster to ${state.destination}`,
    poll: () => pollTask(context, operation, task, search),
    reached: (_, elapsed) => `the backup of the cluster to ${state.destination} ended after ${elapsed}`,
    afterDeadline: [
      "The backup goes on in the cluster: run pulumi up to wait for it again.",
      `If the Alpha that took it is gone for good, look at the destination, and set acceptUnknown: "${cluster}/backup/${state.startedAt}".`,
      `If backups usually take this long, raise ${operation.timeout.input}.`,
    ],
  });
  if (ended === "failed") throw backupFailed(state);
  return completed(context, operation, state, await findNew(context, operation, search));
}

/** The state of a backup that is in the list. */
export async function completed(
  context: Context,
  operation: Operation,
  state: BackupState,
  { series, backupNum, path, type }: Backup,
): Promise<BackupState> {
  const before = state.__state.before?.contents;
  const after = before === undefined ? undefined : await contentsNow(context, operation, state.cluster);
  const contents = unchanged(before, after);
  return finished(
    {
      ...state,
      ...{ backupId: series, backupNum, type },
      ...(path !== undefined && { path }),
      ...(contents !== undefined && { contents }),
      completedAt: new Date(context.clock.now()).toISOString(),
    },
    "sent",
  );
}

/** The record once nothing is left to do. */
export function finished(state: BackupState, attempt: BackupMetadata["attempt"]): BackupState {
  const { version, given } = state.__state;
  return { ...state, __state: { version, given, status: "ready", attempt } };
}

/** The error for a task that has failed. Dgraph gives no reason; only its own log has one. */
export function backupFailed(
  { destination, full }: Pick<BackupState, "destination" | "full">,
  next: readonly string[] = ["Then run pulumi up again: it sends the backup again."],
): Error {
  const usual = [
    ...(full === true
      ? []
      : ["nothing was written since the last backup in the destination (then set full: true, or take no backup)"]),
    "the folder does not exist, or is not the same one, for every Alpha",
    "the object store refuses the credentials",
    "another backup was running",
  ];
  return new BackupFailedError({
    code: "DGC808",
    why: `Dgraph reports that the backup to ${destination} failed, and gives no reason.`,
    next: [
      `The usual reasons: ${usual.join("; ")}.`,
      "Look at the log of Alpha, which has the reason, and fix it.",
      ...next,
    ],
  });
}

/** The backup surely was not taken. */
export class BackupFailedError extends RefusedError {}

/** The backup that a request with a lost answer has begun; undefined if there is none. */
export async function findLost(
  context: Context,
  operation: Operation,
  state: BackupState,
): Promise<Backup | undefined> {
  const { account, clock } = context;
  const search = searchFor(state);
  let quietSince: number | undefined;
  const poll = async (): Promise<PollResult<Backup | undefined>> => {
    // First the task, then the list: a backup that ends in between is in the list.
    const running = await account.data.running(search.cluster, 0, operation);
    const found = await newIn(context, operation, search);
    if (found !== undefined) return { done: found };
    if (running !== undefined) {
      quietSince = undefined;
      return { pending: `a ${running.what} is in progress` };
    }
    quietSince ??= clock.now();
    return clock.now() - quietSince < quietMs ? { pending: "no new backup is listed" } : { done: undefined };
  };
  return waitFor(context, operation, {
    what: `the backup to ${search.inputs.destination}, the answer to which was lost`,
    poll: () => unlessUnanswered(poll),
    reached: (backup) => `the backup to ${search.inputs.destination} was ${backup === undefined ? "not " : ""}found`,
    afterDeadline: "Look at the backups in the destination.",
  });
}

async function pollTask(
  context: Context,
  operation: Operation,
  task: string,
  search: Search,
): Promise<PollResult<"succeeded" | "failed">> {
  return unlessUnanswered(async () => {
    try {
      const status = await context.account.data.backupStatus(search.cluster, task, operation);
      if (status === "queued") return { pending: "queued" };
      if (status !== "running") return { done: status };
      // The task of the first backup on an object store goes on for 100 s after the backup has ended.
      const hasEnded = (await context.account.data.running(search.cluster, 0, operation))?.what !== "backup";
      const isListed = hasEnded && (await newIn(context, operation, search)) !== undefined;
      return isListed ? { done: "succeeded" } : { pending: "in progress" };
    } catch (error) {
      // Only the Alpha that took the task knows it. While it is away, the list can still show that the backup has ended well.
      if (!(error instanceof GraphqlError) || (await newIn(context, operation, search)) === undefined) throw error;
      return { done: "succeeded" };
    }
  });
}

/** Waits until the new backup is in the list. */
async function findNew(context: Context, operation: Operation, search: Search): Promise<Backup> {
  const { clock } = context;
  const { destination } = search.inputs;
  const timeout = { input: "the time for the list of backups", value: "30s", ms: listMs };
  const deadline = clock.now() + listMs;
  const within = { ...operation, timeout, startedAt: clock.now(), deadline, limit: timeout.input };
  return waitFor(context, within, {
    what: `the new backup to be in the list of ${destination}`,
    poll: () =>
      unlessUnanswered(async () => {
        const found = await newIn(context, within, search);
        return found === undefined ? { pending: "it is not in the list" } : { done: found };
      }),
    reached: ({ series, backupNum }) => `the backup is number ${backupNum} of ${series}`,
    afterDeadline: [
      "Dgraph reports that the backup has succeeded. Is the folder the same one for every Alpha?",
      "Run pulumi up again: it looks at the list again, and takes no other backup.",
    ],
  });
}

/** The newest backup that was not there before. A full one was asked for, or what Dgraph decides. */
async function newIn(context: Context, operation: Operation, search: Search): Promise<Backup | undefined> {
  const { inputs, listed, startedAt } = search;
  // An object store that could not be reached listed nothing before: what is older than this backup is not new all the same.
  const oldest = Date.parse(startedAt) - clockSkewMs;
  const added = (await listedIn(context, operation, inputs)).filter(
    ({ path = "", timestamp }) => !listed.includes(path) && !(Date.parse(timestamp) < oldest),
  );
  return added.filter(({ type }) => inputs.full !== true || type === "full").at(-1);
}

/** A request without a good answer does not end a wait: Alpha may be starting again. */
async function unlessUnanswered<T>(poll: () => Promise<PollResult<T>>): Promise<PollResult<T>> {
  try {
    return await poll();
  } catch (error) {
    return { pending: statusAfter(error) };
  }
}
