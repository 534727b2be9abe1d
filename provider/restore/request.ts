import { actionDefaults } from "../action/action";
import { announce, nameInWords } from "../action/announce";
import { actionFailures } from "../action/inputs";
import { sentRestoreOf } from "../action/watchRestore";
import { ConflictError } from "../errors/errors";
import type { Context } from "../resource/context";
import { unknownValue } from "../resource/fields";
import { resourceName } from "../resource/messages";
import type { Resource } from "../resource/resource";
import { type Operation } from "../run/operation";
import { latestNow, nameOf, seriesOf, sourceOf } from "./backups";
import { restoreRequestFields, type RestoreRequestInputs, type RestoreRequestState } from "./inputs";
import { requestStateVersion, resumed, sendRestore, unknownRestore } from "./send";

const defaults = actionDefaults<RestoreRequestInputs, RestoreRequestState>({
  fields: restoreRequestFields,
  targetOf: ({ target }) => target,
  effectOf: () => "replaces all its data and its schema",
});

/** Sends a restore once, and is done as soon as the service has answered. */
export const restoreRequest: Resource<RestoreRequestInputs, RestoreRequestState> = {
  ...defaults,
  kind: "RestoreRequest",
  timeouts: { create: "2h" },
  stateVersion: requestStateVersion,
  unfinished: "was sent and is not finished",

  async preflight(context, { inputs, olds, replaces }) {
    if (inputs.resumeRestoreId === undefined) return actionFailures(context, "target", [{ what: "restore" }], inputs);
    // Set together with the change, it names the run of that change: an earlier up was killed before it heard the answer.
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
      ` of ${await sourceInWords(context, inputs)}${await latestNow(context, inputs)}`;
    await announce(context, { announced, uid: inputs.target, inputs, effect, details });
  },

  recordLive(context, id, state) {
    defaults.recordLive(context, id, state);
    const { account, urn } = context;
    const { target, restoreId, __state } = state;
    const { attempt } = __state;
    if (attempt === "known") account.restores.record(target, restoreId ?? id, urn ?? id);
  },

  async create(context, operation, inputs) {
    const { resumeRestoreId } = inputs;
    if (resumeRestoreId !== undefined) await refuseOwned(context, operation, inputs, resumeRestoreId);
    const created =
      resumeRestoreId === undefined
        ? await sendRestore(context, operation, inputs)
        : resumed(context, inputs, resumeRestoreId);
    context.account.actions.declare(context.urn);
    return created;
  },

  async ready(context, operation, id, state, inputs) {
    const current = defaults.storeInputs(state, inputs);
    if (current.__state.attempt !== "unknown") return finished(current, {}, current.__state.attempt);
    if (inputs.resumeRestoreId !== undefined) {
      await refuseOwned(context, operation, inputs, inputs.resumeRestoreId);
      return finished(current, { restoreId: inputs.resumeRestoreId }, "known");
    }
    if (inputs.acceptUnknown === id) return finished(current, {}, "accepted");
    throw unknownRestore(id, current);
  },
};

/** `the backend "production" (0x42)`, or where a cluster finds the backup. */
async function sourceInWords(context: Context, inputs: RestoreRequestInputs): Promise<string> {
  const source = sourceOf(inputs);
  if ("uid" in source) return nameInWords(context, source.uid);
  return source.location === unknownValue ? "a location that is not known yet" : nameOf(source);
}

/** Which backup, as far as the program says. */
function backupOf(inputs: RestoreRequestInputs): string {
  const series = seriesOf(inputs);
  if (series === unknownValue) return "a backup that is not known yet";
  const [folder, number] = [series, inputs.backupNum].map((value) =>
    value === unknownValue ? "not known yet" : value,
  );
  if (folder === undefined && number === undefined) return "the latest backup when it runs";
  if (number === undefined) return `the latest backup in "${folder ?? ""}" when it runs`;
  return folder === undefined
    ? `backup ${number} of the latest series when it runs`
    : `backup ${number} in "${folder}"`;
}

/** The record once its outcome is known or accepted. */
function finished(
  state: RestoreRequestState,
  values: Partial<RestoreRequestState>,
  attempt: RestoreRequestState["__state"]["attempt"],
): RestoreRequestState {
  return { ...state, ...values, __state: { ...state.__state, status: "ready", attempt } };
}

/**
 * Refuses to resume a restore that already belongs to a resource of this stack, be it an earlier run of this one. One in progress is allowed
 * where its id may have been reused after a restart of the backend's engine, or where it is this resource's own.
 */
async function refuseOwned(
  { account, urn }: Context,
  operation: Operation,
  { target = "" }: RestoreRequestInputs,
  restoreId: number,
): Promise<void> {
  const holders = account.restores.holdersOf(target, restoreId);
  const [holder] = holders;
  if (holder === undefined) return;
  const isOwn = urn !== undefined && holders.has(urn);
  const mayBeAnother = isOwn || account.restores.hasEnded(target, restoreId);
  if (
    mayBeAnother &&
    (await account.data.restoreStatus(sentRestoreOf(target, restoreId), operation)).status === "IN_PROGRESS"
  )
    return;
  const whose = isOwn ? "an earlier run of this very resource" : `${resourceName(holder)} of this stack`;
  const unless = isOwn ? ["If the change that asks for it has had its run already, undo the change instead."] : [];
  throw new ConflictError({
    code: "DGC408",
    why: `resumeRestoreId names restore ${restoreId} of ${target}, which belongs to ${whose}.`,
    next: ["Correct resumeRestoreId.", "Or remove it, and give triggers a new value to run this restore.", ...unless],
  });
}
