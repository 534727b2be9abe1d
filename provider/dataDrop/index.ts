import { announce } from "../action/announce";
import { confirmFailures, refuseMismatch } from "../action/confirm";
import { protectionChange, recordedProtection } from "../action/protection";
import { keepRecord, refuseLoss, warnOfLoss, withInputs } from "../action/action";
import type { Context } from "../resource/context";
import { formatDuration } from "../time";
import { givenNames } from "../resource/fields";
import { expired, type HiddenInputs, refuseExpired } from "../action/inputs";
import type { Created, Resource } from "../resource/resource";
import { waitUntilReady } from "../resource/wait";
import { waitUntilNoRestoreRuns } from "../action/runningRestore";
import {
  checkSelection,
  dataDropFields,
  type DataDropInputs,
  type DataDropState,
  dataDropStateVersion,
  normalized,
} from "./inputs";
import { refuseAfterUnknown } from "../action/outcome";
import {
  acceptUnknownStep,
  dropRemaining,
  whatIsDropped,
  finished,
  remaining,
  type Sending,
  unknownDrop,
} from "./steps";
import { type Operation } from "../run/operation";

/** Erases data of a backend, once. */
export const dataDrop: Resource<DataDropInputs, DataDropState> = {
  kind: "DataDrop",
  fields: dataDropFields,
  timeouts: { create: "10m" },
  stateVersion: dataDropStateVersion,
  unfinished: "was sent and is not settled",
  resolve: (_, news) => normalized(news),
  check: checkSelection,
  deletesFirst: () => false,
  recordLive: () => undefined,
  hiddenChange: (state, news: DataDropInputs & HiddenInputs) => protectionChange(state, news),

  recordDeclared({ account, urn }, id) {
    account.actions.declare(id, urn);
  },

  async preflight(context, { inputs }) {
    const late = expired(context.clock, inputs.notAfter);
    return late.length > 0 ? late : confirmFailures(context, "backend", inputs.backend, inputs.confirm);
  },

  announce(context, announced) {
    const { inputs } = announced;
    const effect = (target: string): string => `erase ${whatIsDropped(inputs)} of ${target}`;
    return announce(context, { announced, uid: inputs.backend, inputs, effect });
  },

  async create(context, operation, inputs) {
    refuseExpired(context.clock, inputs.notAfter);
    return alone(context, operation, inputs, async (recheck) => {
      await refuseMismatch(context, "backend", inputs.backend, inputs.confirm, operation);
      const exportUrls = inputs.exportFirst === true ? await exported(context, operation, inputs.backend) : undefined;
      refuseExpired(context.clock, inputs.notAfter);
      return dropOnce(context, { operation, recheck }, inputs, exportUrls);
    });
  },

  async ready(context, operation, id, state, inputs, observe) {
    const current = storeInputs(state, inputs);
    const { status, unclear } = current.__state;
    if (status === "ready") return current;
    if (unclear !== undefined && inputs.acceptUnknown !== id) throw unknownDrop(id, current);
    const settled = acceptUnknownStep(current, inputs);
    if (remaining(settled, inputs).length === 0) return finished(settled);
    return alone(
      context,
      operation,
      inputs,
      async (recheck) => {
        refuseExpired(context.clock, inputs.notAfter);
        await refuseMismatch(context, "backend", inputs.backend, inputs.confirm, operation);
        return dropRemaining(context, { operation, recheck }, id, settled, inputs, observe);
      },
      id,
    );
  },

  storeInputs,
  read: (_, __, ___, known) => keepRecord(known),

  delete(context, _, id, state) {
    const leaving = { id, uid: state.backend, state };
    refuseLoss(context, leaving);
    warnOfLoss(context, leaving, `erases ${whatIsDropped(state)}`);
    return Promise.resolve();
  },
};

function storeInputs(state: DataDropState, inputs: DataDropInputs): DataDropState {
  return withInputs(dataDropFields, state, inputs);
}

async function dropOnce(
  context: Context,
  sending: Sending,
  inputs: DataDropInputs & HiddenInputs,
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
      context.account.actions.declare(context.urn);
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
  const { deploymentType } = await context.account.data.locate(uid, operation);
  const leave = await context.account.queue.enter(uid, context, operation);
  const canRestore = deploymentType == null || deploymentType === "dedicated";
  const untilFree = canRestore ? waitUntilNoRestoreRuns : waitUntilReady;
  try {
    refuseAfterUnknown(context, uid, own);
    await untilFree(context, operation, uid);
    return await work(async () => {
      await untilFree(context, operation, uid);
      refuseExpired(context.clock, inputs.notAfter);
      await refuseMismatch(context, "backend", inputs.backend, inputs.confirm, operation);
    });
  } finally {
    leave();
  }
}

async function exported(context: Context, operation: Operation, uid: string): Promise<string[]> {
  context.progress(`exporting ${uid} before the drop`);
  const urls = await context.account.data.export(uid, operation);
  context.reached(`exported ${uid} after ${formatDuration(context.clock.now() - operation.startedAt)}`);
  return urls;
}
