import type { PlannedAction } from "../api/dataPlane";
import { actionDefaults, locateTarget } from "../action/action";
import { announce } from "../action/announce";
import { runExclusively } from "../action/exclusive";
import { actionFailures, refuseExpired, refuseMismatch, refuseRuledOut } from "../action/inputs";
import { type Protection, recordedProtection } from "../action/backendProtection";
import type { Context } from "../resource/context";
import { givenNames } from "../resource/fields";
import type { Created, Resource } from "../resource/resource";
import { type Operation } from "../run/operation";
import { formatDuration } from "../time";
import {
  checkSelection,
  dataDropFields,
  type DataDropInputs,
  type DataDropState,
  dataDropStateVersion,
  normalized,
  stepsOf,
} from "./inputs";
import {
  acceptUnknownStep,
  dropOf,
  dropRemaining,
  finished,
  remaining,
  type Sending,
  unknownDrop,
  whatIsDropped,
} from "./steps";

const defaults = actionDefaults<DataDropInputs, DataDropState>({
  fields: dataDropFields,
  targetOf: ({ backend }) => backend,
  effectOf: (state) => `erases ${whatIsDropped(state)}`,
});

/** Erases data of a backend, once. */
export const dataDrop: Resource<DataDropInputs, DataDropState> = {
  ...defaults,
  kind: "DataDrop",
  timeouts: { create: "10m" },
  stateVersion: dataDropStateVersion,
  unfinished: "was sent and is not finished",
  resolve: (_, news) => normalized(news),
  check: checkSelection,

  preflight: (context, { inputs }) =>
    actionFailures(context, "backend", plannedDrops(inputs), { ...inputs, target: inputs.backend }),

  announce(context, announced) {
    const { inputs } = announced;
    const effect = (target: string): string => `erase ${whatIsDropped(inputs)} of ${target}`;
    return announce(context, { announced, uid: inputs.backend, inputs, effect });
  },

  async create(context, operation, inputs) {
    const { confirm, notAfter } = inputs;
    refuseExpired(context.clock, notAfter);
    refuseRuledOut(context, plannedDrops(inputs));
    const target = await locateTarget(context, operation, inputs.backend);
    const backend = target.id;
    return runExclusively(
      context,
      operation,
      { target, property: "backend", inputs, besideBackups: true },
      async (recheck) => {
        await refuseMismatch(context, "backend", backend, confirm, operation);
        const exportUrls = inputs.exportFirst === true ? await exportData(context, operation, backend) : undefined;
        refuseExpired(context.clock, notAfter);
        return dropOnce(context, { operation, recheck }, { ...inputs, backend }, exportUrls);
      },
    );
  },

  async ready(context, operation, id, state, inputs, observe) {
    const current = defaults.storeInputs(state, inputs);
    const { status, unclear } = current.__state;
    if (status === "ready") return current;
    if (unclear !== undefined && inputs.acceptUnknown !== id) throw unknownDrop(id, current);
    const accepted = acceptUnknownStep(current, inputs);
    if (remaining(accepted, inputs).length === 0) return finished(accepted);
    const { confirm, notAfter } = inputs;
    const { backend } = current;
    refuseRuledOut(context, plannedDrops(inputs));
    const target = await context.account.data.locate(backend, operation);
    const exclusive = { target, property: "backend", inputs, attempt: id, besideBackups: true } as const;
    return runExclusively(context, operation, exclusive, async (recheck) => {
      refuseExpired(context.clock, notAfter);
      await refuseMismatch(context, "backend", backend, confirm, operation);
      return dropRemaining(context, { operation, recheck }, id, accepted, { ...inputs, backend }, observe);
    });
  },
};

function plannedDrops(inputs: DataDropInputs): PlannedAction[] {
  const { resetAccessControl } = inputs;
  return stepsOf(inputs).map((step) => ({ what: "drop", drop: dropOf(step, inputs), resetAccessControl }));
}

async function dropOnce(
  context: Context,
  sending: Sending,
  inputs: DataDropInputs & Protection & { readonly backend: string },
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

async function exportData(context: Context, operation: Operation, uid: string): Promise<string[]> {
  context.progress(`exporting ${uid} before the drop`);
  const urls = await context.account.data.export(uid, operation);
  context.reached(`exported ${uid} after ${formatDuration(context.clock.now() - operation.startedAt)}`);
  return urls;
}
