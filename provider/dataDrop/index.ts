import { begin, type Context, type Operation } from "../context";
import { formatDuration } from "../duration";
import { ConflictError, noSuchBackend } from "../errors";
import { type Failure, givenNames, unknownValue } from "../fields";
import { passed, refusePassed } from "../notAfter";
import { keepRecord, withInputs } from "../record";
import type { Created, Resource } from "../resource";
import { waitUntilReady } from "../readiness";
import { untilNoRestoreRuns } from "../running";
import {
  checkSelection,
  dataDropFields,
  type DataDropInputs,
  type DataDropState,
  dataDropStateVersion,
  sorted,
} from "./inputs";
import { refuseAfterUnclear } from "../unclear";
import { accepted, dropRemaining, finished, remaining, type Sending, unknownDrop } from "./steps";

/** A preview must not hang on it. */
const lookUpTimeout = { input: "the time for comparing confirm", value: "1m", ms: 60_000 };

/** Erases data of a backend, once. */
export const dataDrop: Resource<DataDropInputs, DataDropState> = {
  kind: "DataDrop",
  fields: dataDropFields,
  timeouts: { create: "10m" },
  stateVersion: dataDropStateVersion,
  unfinished: "was sent and is not settled",
  resolve: (_, news) => sorted(news),
  check: checkSelection,
  deletesFirst: () => false,
  met: () => undefined,

  async refuse(context, { inputs }) {
    const late = passed(context.clock, inputs.notAfter);
    return late.length > 0 ? late : confirmFailure(context, inputs);
  },

  async create(context, operation, inputs) {
    refusePassed(context.clock, inputs.notAfter);
    return alone(context, operation, inputs, async (recheck) => {
      await refuseMismatch(context, inputs);
      const exportUrls = inputs.exportFirst === true ? await exported(context, operation, inputs.backend) : undefined;
      refusePassed(context.clock, inputs.notAfter);
      return dropOnce(context, { operation, recheck }, inputs, exportUrls);
    });
  },

  async ready(context, operation, id, state, inputs, observe) {
    const current = keep(state, inputs);
    const { status, unclear } = current.__state;
    if (status === "ready") return current;
    if (unclear !== undefined && inputs.acceptUnknown !== id) throw unknownDrop(id, current);
    const settled = accepted(current, inputs);
    if (remaining(settled, inputs).length === 0) return finished(settled);
    return alone(
      context,
      operation,
      inputs,
      async (recheck) => {
        refusePassed(context.clock, inputs.notAfter);
        await refuseMismatch(context, inputs);
        return dropRemaining(context, { operation, recheck }, id, settled, inputs, observe);
      },
      id,
    );
  },

  keep,
  read: (_, __, ___, known) => keepRecord(known),

  delete(context, _, id) {
    context.say(`${id} is forgotten; no call is made, and what it dropped stays gone`);
    return Promise.resolve();
  },
};

function keep(state: DataDropState, inputs: DataDropInputs): DataDropState {
  return withInputs(dataDropFields, state, inputs);
}

async function dropOnce(
  context: Context,
  sending: Sending,
  inputs: DataDropInputs,
  exportUrls: readonly string[] | undefined,
): Promise<Created<DataDropState>> {
  const droppedAt = new Date(context.clock.now()).toISOString();
  const id = `${inputs.backend}/drop/${droppedAt}`;
  const given = givenNames(dataDropFields, { ...inputs });
  const state: DataDropState = {
    ...inputs,
    droppedAt,
    messages: [],
    dropped: [],
    ...(exportUrls !== undefined && { exportUrls }),
    __state: { version: dataDropStateVersion, status: "pending", given, done: [] },
  };
  let reached: DataDropState | undefined;
  try {
    const observe = (observed: DataDropState): void => {
      reached = observed;
    };
    return { id, state: await dropRemaining(context, sending, id, state, inputs, observe) };
  } catch (error) {
    if (reached === undefined || !(error instanceof Error)) throw error;
    return { id, state: reached, failure: error };
  }
}

/** Runs while no other restore or drop of this process, and no restore at all, is at the backend. */
async function alone<T>(
  context: Context,
  operation: Operation,
  inputs: DataDropInputs,
  work: (recheck: Sending["recheck"]) => Promise<T>,
  own?: string,
): Promise<T> {
  const uid = inputs.backend;
  const { deploymentType } = await context.cloud.data.locate(uid, operation);
  const leave = await context.cloud.turns.take(uid, context, operation);
  const canRestore = deploymentType == null || deploymentType === "dedicated";
  const untilFree = canRestore ? untilNoRestoreRuns : waitUntilReady;
  try {
    refuseAfterUnclear(context, uid, own);
    await untilFree(context, operation, uid);
    return await work(async () => {
      await untilFree(context, operation, uid);
      refusePassed(context.clock, inputs.notAfter);
      await refuseMismatch(context, inputs);
    });
  } finally {
    leave();
  }
}

async function exported(context: Context, operation: Operation, uid: string): Promise<string[]> {
  context.progress(`exporting ${uid} before the drop`);
  const urls = await context.cloud.data.export(uid, operation);
  context.reached(`exported ${uid} after ${formatDuration(context.clock.now() - operation.startedAt)}`);
  return urls;
}

async function refuseMismatch(context: Context, inputs: DataDropInputs): Promise<void> {
  const [mismatch] = await confirmFailure(context, inputs);
  if (mismatch === undefined) return;
  throw new ConflictError({
    code: mismatch.code,
    why: `${mismatch.property} ${mismatch.reason}; nothing was sent.`,
    next: "Correct confirm or backend, then run pulumi up again.",
  });
}

/** Compares with the live name, which is no secret of the program: the one call that a check makes. */
async function confirmFailure(context: Context, { backend, confirm }: DataDropInputs): Promise<Failure[]> {
  if (confirm === undefined || confirm === unknownValue || backend === unknownValue) return [];
  const operation = begin(context, lookUpTimeout);
  const [live] = await context.cloud.list.find({ uid: backend }, operation);
  if (live === undefined) throw noSuchBackend(backend, context.cloud.session.account);
  if (live.name === confirm) return [];
  const reason = `is "${confirm}", and the backend ${backend} is called "${live.name}": correct confirm, or name the backend that you mean`;
  return [{ property: "confirm", code: "DGC415", reason }];
}
