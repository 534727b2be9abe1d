import { keepRecord, refuseLoss, warnOfLoss, withInputs } from "../action/action";
import { announce, backendName } from "../action/announce";
import { confirmFailures } from "../action/confirm";
import { expired, type HiddenInputs } from "../action/inputs";
import { protectionChange } from "../action/protection";
import { ConflictError } from "../errors/errors";
import type { Context } from "../resource/context";
import { unknownValue } from "../resource/fields";
import { resourceName } from "../resource/messages";
import type { Resource } from "../resource/resource";
import { type Operation } from "../run/operation";
import { latestNow } from "./backups";
import { restoreRequestFields, type RestoreRequestInputs, type RestoreRequestState } from "./inputs";
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

  hiddenChange: (state, news: RestoreRequestInputs & HiddenInputs) => protectionChange(state, news),

  recordDeclared({ account, urn }, id) {
    account.actions.declare(id, urn);
  },

  async preflight(context, { inputs, olds, replaces }) {
    if (inputs.resumeRestoreId === undefined) {
      const late = expired(context.clock, inputs.notAfter);
      return late.length > 0 ? late : confirmFailures(context, "target", inputs.target, inputs.confirm);
    }
    // New together with the change, it names the run that the change has had already: one that was killed before it heard the answer.
    if (replaces.length === 0 || olds.resumeRestoreId !== inputs.resumeRestoreId) return [];
    const reason =
      `is left from an earlier restore, and the change of ${replaces.join(" and ")} asks to run a new one; ` +
      "remove resumeRestoreId to run it again, or undo the change";
    return [{ property: "resumeRestoreId", code: "DGC409" as const, reason }];
  },

  async announce(context, announced) {
    const { inputs } = announced;
    if (inputs.resumeRestoreId !== undefined) return;
    const effect = (target: string): string => `replace all data and the schema of ${target} with ${backupOf(inputs)}`;
    const details = async (): Promise<string> =>
      ` of ${await backendName(context, inputs.source)}${await latestNow(context, inputs)}`;
    await announce(context, { announced, uid: inputs.target, inputs, effect, details });
  },

  recordLive({ account, urn }, id, { target, restoreId }) {
    if (restoreId !== undefined) account.restores.record(target, restoreId, urn ?? id);
  },

  async create(context, operation, inputs: RestoreRequestInputs & HiddenInputs) {
    const { resumeRestoreId } = inputs;
    if (resumeRestoreId !== undefined) await refuseHeld(context, operation, inputs, resumeRestoreId);
    const created =
      resumeRestoreId === undefined
        ? await sendRestore(context, operation, inputs)
        : resumed(context, inputs, resumeRestoreId);
    context.account.actions.declare(context.urn);
    return created;
  },

  async ready(context, operation, id, state, inputs: RestoreRequestInputs & HiddenInputs) {
    const current = storeInputs(state, inputs);
    if (current.__state.attempt !== "unknown") return settled(current, {}, current.__state.attempt);
    if (inputs.resumeRestoreId !== undefined) {
      await refuseHeld(context, operation, inputs, inputs.resumeRestoreId);
      return settled(current, { restoreId: inputs.resumeRestoreId }, "known");
    }
    if (inputs.acceptUnknown === id) return settled(current, {}, "accepted");
    throw unknownRestore(id, current);
  },

  storeInputs,
  read: (_, __, ___, known) => keepRecord(known),

  delete(context, _, id, state) {
    const leaving = { id, uid: state.target, state };
    refuseLoss(context, leaving);
    warnOfLoss(context, leaving, "replaces all its data and its schema");
    return Promise.resolve();
  },
};

/** Which backup, as far as the program says. */
function backupOf({ backupFolder, backupNum }: RestoreRequestInputs): string {
  const [folder, number] = [backupFolder, backupNum].map((value) => (value === unknownValue ? "not known yet" : value));
  if (folder === undefined && number === undefined) return "the latest backup when it runs";
  if (number === undefined) return `the latest backup in "${folder ?? ""}" when it runs`;
  return folder === undefined
    ? `backup ${number} of the latest series when it runs`
    : `backup ${number} in "${folder}"`;
}

function storeInputs(state: RestoreRequestState, inputs: RestoreRequestInputs): RestoreRequestState {
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
  { account, urn }: Context,
  operation: Operation,
  { target }: RestoreRequestInputs,
  restoreId: number,
): Promise<void> {
  const holders = account.restores.holdersOf(target, restoreId);
  const [holder] = holders;
  if (holder === undefined) return;
  const isOwn = urn !== undefined && holders.has(urn);
  const mayBeAnother = isOwn || account.restores.hasEnded(target, restoreId);
  if (mayBeAnother && (await account.data.restoreStatus(target, restoreId, operation)).status === "IN_PROGRESS") return;
  const whose = isOwn ? "an earlier run of this very resource" : `${resourceName(holder)} of this stack`;
  const unless = isOwn ? ["If the change that asks for it has had its run already, undo the change instead."] : [];
  throw new ConflictError({
    code: "DGC408",
    why: `resumeRestoreId names restore ${restoreId} of ${target}, which belongs to ${whose}.`,
    next: ["Correct resumeRestoreId.", "Or remove it, and give triggers a new value to run this restore.", ...unless],
  });
}
