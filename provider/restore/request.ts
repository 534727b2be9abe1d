import type { Context, Operation } from "../context";
import { ConflictError } from "../errors";
import { passed } from "../notAfter";
import { keepRecord, withInputs } from "../record";
import type { Resource } from "../resource";
import {
  type Hidden,
  type RestoreRequestInputs,
  restoreRequestFields,
  type RestoreRequestState,
} from "./requestInputs";
import { resourceName } from "../resourceName";
import { requestStateVersion, resumed, sendRestore, unknownRestore } from "./send";

/** Sends a restore once, and is done as soon as the service has answered. */
export const restoreRequest: Resource<RestoreRequestInputs, RestoreRequestState> = {
  kind: "RestoreRequest",
  fields: restoreRequestFields,
  timeouts: { create: "2h" },
  stateVersion: requestStateVersion,
  unfinished: "was sent and is not settled",
  resolve: (_, news) => news,
  check: () => [],
  deletesFirst: () => false,

  refuse(context, { inputs, olds, replaces }) {
    if (inputs.resumeRestoreId === undefined) return Promise.resolve(passed(context.clock, inputs.notAfter));
    // New together with the change, it names the run that the change has had already: one that was killed before it heard the answer.
    if (replaces.length === 0 || olds.resumeRestoreId !== inputs.resumeRestoreId) return Promise.resolve([]);
    const reason =
      `is left from an earlier restore, and the change of ${replaces.join(" and ")} asks to run a new one; ` +
      "remove resumeRestoreId to run it again, or undo the change";
    return Promise.resolve([{ property: "resumeRestoreId", code: "DGC409" as const, reason }]);
  },

  met({ cloud }, id, { target, restoreId, __urn }) {
    if (restoreId !== undefined) cloud.actions.meetRestore(target, restoreId, __urn ?? id);
  },

  async create(context, operation, inputs: RestoreRequestInputs & Hidden) {
    if (inputs.resumeRestoreId === undefined) return sendRestore(context, operation, inputs);
    await refuseHeld(context, operation, inputs, inputs.resumeRestoreId);
    return resumed(context, inputs, inputs.resumeRestoreId);
  },

  async ready(context, operation, id, state, inputs: RestoreRequestInputs & Hidden) {
    const current = keep(state, inputs);
    if (current.__state.attempt !== "unknown") return settled(current, {}, current.__state.attempt);
    if (inputs.resumeRestoreId !== undefined) {
      await refuseHeld(context, operation, inputs, inputs.resumeRestoreId);
      return settled(current, { restoreId: inputs.resumeRestoreId }, "known");
    }
    if (inputs.acceptUnknown === id) return settled(current, {}, "accepted");
    throw unknownRestore(id, current);
  },

  keep,
  read: (_, __, ___, known) => keepRecord(known),

  delete(context, _, id) {
    context.say(`restore ${id} is forgotten; no call is made, and what it restored stays as it is`);
    return Promise.resolve();
  },
};

function keep(state: RestoreRequestState, inputs: RestoreRequestInputs): RestoreRequestState {
  return withInputs(restoreRequestFields, state, inputs);
}

function settled(
  state: RestoreRequestState,
  values: Partial<RestoreRequestState>,
  attempt: RestoreRequestState["__state"]["attempt"],
): RestoreRequestState {
  return { ...state, ...values, __state: { ...state.__state, status: "ready", attempt } };
}

/**
 * A restore that is a resource's already, be it this one's from its run before, is not another one's as well. One in progress with an id
 * from before is this one's all the same: the engine of the backend has restarted and gives the ids anew, or the user waits for that run.
 */
async function refuseHeld(
  { cloud }: Context,
  operation: Operation,
  { target, __urn }: RestoreRequestInputs & Hidden,
  restoreId: number,
): Promise<void> {
  const holders = cloud.actions.holdersOf(target, restoreId);
  const [holder] = holders;
  if (holder === undefined) return;
  const isOwn = __urn !== undefined && holders.has(__urn);
  const mayBeAnother = isOwn || cloud.actions.hasEnded(target, restoreId);
  if (mayBeAnother && (await cloud.data.restoreStatus(target, restoreId, operation)).status === "IN_PROGRESS") return;
  const whose = isOwn ? "an earlier run of this very resource" : `${resourceName(holder)} of this stack`;
  const unless = isOwn ? ["If the change that asks for it has had its run already, undo the change instead."] : [];
  throw new ConflictError({
    code: "DGC408",
    why: `resumeRestoreId names restore ${restoreId} of ${target}, which belongs to ${whose}.`,
    next: ["Correct resumeRestoreId.", "Or remove it, and give triggers a new value to run this restore.", ...unless],
  });
}
