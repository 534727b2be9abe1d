import { actionDefaults, locateTarget } from "../action/action";
import { runExclusively } from "../action/exclusive";
import { actionFailures, refuseExpired, refuseMismatch, refuseRuledOut } from "../action/inputs";
import type { Resource } from "../resource/resource";
import { contentsNow } from "./contents";
import { backupFields, type BackupInputs, type BackupState, backupStateVersion } from "./inputs";
import { sendBackup, unknownBackup } from "./send";
import { backupFailed, BackupFailedError, finished, listedIn, waitForBackup } from "./wait";

const defaults = actionDefaults<BackupInputs, BackupState>({
  fields: backupFields,
  targetOf: ({ cluster }) => cluster,
});

/** Takes a backup of a cluster, once. */
export const backup: Resource<BackupInputs, BackupState> = {
  ...defaults,
  kind: "Backup",
  on: "cluster",
  timeouts: { create: "2h" },
  stateVersion: backupStateVersion,
  unfinished: "was sent and is not finished",

  preflight: (context, { inputs }) => actionFailures(context, "target", [{ what: "backup" }], inputs),

  /** The engine's row shows a replacement, as if something were lost. */
  announce({ account, info, urn }, { olds, makes }) {
    const isAnother = makes && Object.keys(olds).length > 0;
    if (isAnother && account.announcements.isNews(urn ?? ""))
      info("will take another backup; no data changes, and the files of the earlier one stay");
    return Promise.resolve();
  },

  async create(context, operation, inputs) {
    const { account, clock } = context;
    const { confirm, notAfter } = inputs;
    refuseExpired(clock, notAfter);
    refuseRuledOut(context, [{ what: "backup" }]);
    const target = await locateTarget(context, operation, undefined);
    return runExclusively(context, operation, { target, property: "target", inputs }, async (recheck) => {
      const contents = await contentsNow(context, operation, target.id);
      const listed = (await listedIn(context, operation, inputs)).map(({ path = "" }) => path);
      await refuseMismatch(context, "target", target.id, confirm, operation);
      refuseExpired(clock, notAfter);
      const before = { listed, ...(contents !== undefined && { contents }) };
      const created = await sendBackup(context, { operation, recheck, cluster: target.id, before }, inputs);
      account.actions.declare(context.urn);
      return created;
    });
  },

  async ready(context, operation, id, state, inputs, observe) {
    const current = defaults.storeInputs(state, inputs);
    const { status, attempt } = current.__state;
    if (status === "ready") return current;
    if (inputs.acceptUnknown === id) return finished(current, "accepted");
    if (attempt === "unknown") throw unknownBackup(current);
    if (attempt === "failed") throw failedEarlier(current);
    const { data, queue } = context.account;
    await data.locate(current.cluster, operation);
    // Others of this process must not change the data before the backup has ended. It is not sent, so that nothing else must be waited for.
    const leave = await queue.enter(current.cluster, context, operation);
    try {
      return await waitForBackup(context, operation, current);
    } catch (error) {
      if (!(error instanceof BackupFailedError)) throw error;
      observe({ ...current, __state: { ...current.__state, attempt: "failed" } });
      throw failedEarlier(current);
    } finally {
      leave();
    }
  },
};

/** A backup that an earlier run has sent: the record stays, so that only a new trigger takes another one. */
function failedEarlier(state: BackupState): Error {
  return backupFailed(state, [
    "To take another backup, give triggers a new value.",
    "Until then every pulumi up fails here and sends nothing.",
  ]);
}
