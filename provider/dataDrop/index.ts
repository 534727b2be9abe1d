import { announce } from "../action/announce";
import { confirmFailures, refuseMismatch } from "../action/confirm";
import { protectionChange, recordedProtection } from "../action/protection";
import { keepRecord, refuseLoss, warnOfLoss, withInputs } from "../action/record";
import type { Context, Operation } from "../context";
import { formatDuration } from "../duration";
import { givenNames } from "../fields";
import { passed, refusePassed } from "../notAfter";
import type { Created, Resource } from "../resource";
import { waitUntilReady } from "../readiness";
import { untilNoRestoreRuns } from "../running";
import {
  checkSelection,
  dataDropFields,
  type DataDropInputs,
  type DataDropState,
  dataDropStateVersion,
  type Hidden,
  sorted,
} from "./inputs";
import { refuseAfterUnclear } from "../unclear";
import { accepted, dropRemaining, erased, finished, remaining, type Sending, unknownDrop } from "./steps";

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
  hiddenChange: (state, news: DataDropInputs & Hidden) => protectionChange(state, news),

  declared({ cloud }, id, { __urn }) {
    cloud.actions.declare(id, __urn);
  },

  async refuse(context, { inputs }) {
    const late = passed(context.clock, inputs.notAfter);
    return late.length > 0 ? late : confirmFailures(context, "backend", inputs.backend, inputs.confirm);
  },

  announce(context, announced) {
    const { inputs } = announced;
    const effect = (target: string): string => `erase ${erased(inputs)} of ${target}`;
    return announce(context, { announced, uid: inputs.backend, inputs, effect });
  },

  async create(context, operation, inputs) {
    refusePassed(context.clock, inputs.notAfter);
    return alone(context, operation, inputs, async (recheck) => {
      await refuseMismatch(context, "backend", inputs.backend, inputs.confirm, operation);
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
        await refuseMismatch(context, "backend", inputs.backend, inputs.confirm, operation);
        return dropRemaining(context, { operation, recheck }, id, settled, inputs, observe);
      },
      id,
    );
  },

  keep,
  read: (_, __, ___, known) => keepRecord(known),

  delete(context, _, id, state) {
    const leaving = { id, uid: state.backend, state };
    refuseLoss(context, leaving);
    warnOfLoss(context, leaving, `erases ${erased(state)}`);
    return Promise.resolve();
  },
};

function keep(state: DataDropState, inputs: DataDropInputs): DataDropState {
  return withInputs(dataDropFields, state, inputs);
}

async function dropOnce(
  context: Context,
  sending: Sending,
  inputs: DataDropInputs & Hidden,
  exportUrls: readonly string[] | undefined,
): Promise<Created<DataDropState>> {
  const droppedAt = new Date(context.clock.now()).toISOString();
  const id = `${inputs.backend}/drop/${droppedAt}`;
  const given = givenNames(dataDropFields, { ...inputs });
  const state: DataDropState = {
    ...inputs,
    ...recordedProtection(context, inputs.backend, inputs),
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
      context.cloud.actions.declare(inputs.__urn);
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
      await refuseMismatch(context, "backend", inputs.backend, inputs.confirm, operation);
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
