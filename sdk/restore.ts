import * as pulumi from "@pulumi/pulumi";
import { hiddenProtection, recordOptions } from "./backendProtection";
import { hiddenMarks, hiddenUrn } from "./hiddenInputs";
import { delegate } from "./delegate";
import type { RestoreStatus } from "../provider/types";
import type { Backend } from "./backend";
import { requireInstalled } from "./install";
import { partOptions } from "./partOptions";
import { type Triggers, uidOf } from "./types";

/** How long each part of a {@link Restore} may take. A change only writes the state. */
export interface RestoreTimeouts {
  /**
   * Time for sending the restore, after waiting for others on the target; and the same time again for waiting for its end. A duration
   * like "90s", "20m" or "1h30m". Default "2h". Afterwards the restore goes on in the service, and the next `pulumi up` waits again.
   */
  create?: pulumi.Input<string> | undefined;
}

/** Inputs of a {@link Restore}. */
export interface RestoreArgs {
  /**
   * The backend whose data and schema are replaced: a Backend or its uid. Dedicated backends only. Required. Another backend
   * runs the restore again; a new name or token of the same one does not. A free or shared target and an unknown uid are refused.
   */
  target: Backend | pulumi.Input<string>;
  /**
   * The backend whose backup is restored: a Backend or its uid; it may be the target itself. Required. Another backend runs the
   * restore again. A source without backups is refused.
   */
  source: Backend | pulumi.Input<string>;
  /**
   * Folder of the backup, like "2021-15" (`getBackups` lists them). Default: that of the latest backup when it runs, found with
   * listBackups and recorded as `restoredFolder`. Another one runs the restore again; removing it, or setting it to what was
   * restored, only writes the state. A folder that is not there is refused.
   */
  backupFolder?: pulumi.Input<string> | undefined;
  /**
   * Number of the backup in its folder, counted from 1. Default: the latest when it runs, recorded as `restoredNum`. Another
   * one runs the restore again; removing it, or setting it to what was restored, only writes the state.
   */
  backupNum?: pulumi.Input<number> | undefined;
  /**
   * A list, or an object from reason to value: a changed or added value runs the restore again. Default: none. Removing one
   * only writes the state.
   */
  triggers?: Triggers | undefined;
  /**
   * The name that the target must have at that moment: another one is refused, in the preview already, and both are named
   * (operation `deployments`). Default: not compared. A change only writes the state.
   */
  confirm?: pulumi.Input<string> | undefined;
  /**
   * Last moment for running the restore, like "2026-01-31T18:00:00Z": later it is refused, in the preview already. Default:
   * none. A change only writes the state.
   */
  notAfter?: pulumi.Input<string> | undefined;
  /**
   * Id of a restore of the target that is running or has run: the resource waits for it, and sends nothing. Used when no restore is in
   * the state, or when the answer to the one in the state was lost.
   *
   * Set together with a change that runs the restore again, it stands for that run, which was killed before it got the answer. An id left
   * from an earlier change is refused there. So is the id of a restore of another resource of the stack, unless it is in progress and the
   * other one has ended, or is an earlier run of this resource: a database that restarts numbers its restores anew. A change of it alone
   * only writes the state.
   */
  resumeRestoreId?: pulumi.Input<number> | undefined;
  /**
   * Id of the attempt whose unknown outcome you accept after a look at the data, as the error message gives it. That attempt is final
   * then (`status` "UNKNOWN", `confirmed` false); a later one is not accepted with it. A change only writes the state.
   */
  acceptUnknown?: pulumi.Input<string> | undefined;
  /**
   * Wait for the end of the restore, and until the target answers again, before dependents go on. Default true. Switching it off deletes
   * the RestoreCompletion from the state, without a call; switching it on waits.
   */
  waitForCompletion?: boolean | undefined;
  /** How long it may take. A change only writes the state. */
  timeouts?: pulumi.Input<RestoreTimeouts> | undefined;
}

/**
 * Restores a backup of one backend into another, once. It replaces all data and the schema of the target (operation `restore`, sent to
 * the target itself), waits for the end (`restoreStatus`), and then until the target answers again. A killed run, a lost answer, a refresh
 * or a deadline never sends it again: the next `pulumi up` goes on waiting. Restores and drops on one target never overlap.
 *
 * A restore that fails (ERR) fails every `pulumi up`, without a call, until `triggers` has a new value. If its outcome is unknown, the
 * error says so and names `resumeRestoreId`, `acceptUnknown` and `triggers`.
 *
 * Deleting the resource makes no call. It is refused while the target is protected and the program declares neither of the two: without
 * this record, a later `pulumi up` would restore again.
 *
 * @example
 * ```ts
 * new dgraphcloud.Restore("staging-from-production", { target: staging, source: "0xf0ffe9", confirm: "staging", triggers: { asked: "2026-01-31" }, notAfter: "2026-01-31T18:00:00Z" });
 * ```
 */
export class Restore extends pulumi.ComponentResource {
  /** Id of the restore; undefined when the answer was lost and its unknown outcome was accepted. */
  declare readonly restoreId: pulumi.Output<number | undefined>;
  /** "OK", or "UNKNOWN" after `acceptUnknown`; none with `waitForCompletion: false`. */
  declare readonly status: pulumi.Output<RestoreStatus | undefined>;
  /** Errors that the service reported; empty when there are none. */
  declare readonly errors: pulumi.Output<string[]>;
  /**
   * False when the status may be that of another restore: a database that restarts forgets its restores and numbers them anew. So it is
   * false after an UNKNOWN, and when a later run finds the restore ended at its first poll.
   */
  declare readonly confirmed: pulumi.Output<boolean | undefined>;
  /** Folder of the backup; none after `resumeRestoreId`. */
  declare readonly restoredFolder: pulumi.Output<string | undefined>;
  /** Number of the backup in its folder; none after `resumeRestoreId`. */
  declare readonly restoredNum: pulumi.Output<number | undefined>;
  /** "full" or "incremental"; none after `resumeRestoreId`. */
  declare readonly restoredType: pulumi.Output<string | undefined>;
  /** When the backup was taken, like "2021-04-15T18:00:58+0000"; none after `resumeRestoreId`. */
  declare readonly restoredTimestamp: pulumi.Output<string | undefined>;
  /** When it was sent, or resumed with `resumeRestoreId` (ISO 8601). */
  declare readonly startedAt: pulumi.Output<string>;
  /** When its end was seen (ISO 8601). */
  declare readonly completedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: RestoreArgs, options: pulumi.ComponentResourceOptions = {}) {
    requireInstalled();
    // Its parts would inherit the options that recordOptions removes.
    super("dgraphcloud:index:Restore", name, {}, recordOptions(options));
    const { target, source, waitForCompletion, ...others } = args;
    const own = partOptions(options, this);
    const protection = hiddenProtection(target);
    const request = new RestoreRequest(
      `${name}-request`,
      { ...others, target: uidOf(target), source: uidOf(source), ...protection },
      own,
    );
    const completion =
      waitForCompletion === false
        ? undefined
        : new RestoreCompletion(
            `${name}-completion`,
            {
              request: request.id,
              target: request.target,
              restoreId: request.restoreId,
              acceptUnknown: args.acceptUnknown,
              timeouts: args.timeouts,
              ...protection,
            },
            own,
          );
    const { restoredFolder, restoredNum, restoredType, restoredTimestamp } = request;
    const { restoreId, startedAt } = toldById(request);
    const outputs = {
      restoreId,
      status: completion?.status ?? pulumi.output(undefined),
      errors: completion?.errors ?? pulumi.output([]),
      confirmed: completion?.confirmed ?? pulumi.output(undefined),
      restoredFolder,
      restoredNum,
      restoredType,
      restoredTimestamp,
      startedAt,
      completedAt: completion?.completedAt ?? pulumi.output(undefined),
    };
    Object.assign(this, outputs);
    this.registerOutputs(outputs);
  }
}

/**
 * What the id of a RestoreRequest tells: `TARGET/RESTOREID/STARTEDAT`, or `TARGET/unknown/STARTEDAT` when the answer was lost. In the preview of
 * an update the id is known and every output is unknown: what uses these values would look changed. Under mocks an id can be any text.
 */
function toldById(request: RestoreRequest): {
  readonly restoreId: pulumi.Output<number | undefined>;
  readonly startedAt: pulumi.Output<string>;
} {
  const parts = request.id.apply((id) => /^[^/]+\/(\d+|unknown)\/([^/]+)$/.exec(id)?.slice(1) ?? []);
  return {
    restoreId: parts.apply(([number]) =>
      number === undefined || number === "unknown" ? request.restoreId : pulumi.output(Number(number)),
    ),
    startedAt: parts.apply(([, time]) => (time === undefined ? request.startedAt : pulumi.output(time))),
  };
}

const requestType = "pulumi-nodejs:dynamic/dgraphcloud:RestoreRequest";

const completionType = "pulumi-nodejs:dynamic/dgraphcloud:RestoreCompletion";

/** The part of a Restore that sends the mutation, once. */
export class RestoreRequest extends pulumi.CustomResource {
  declare readonly target: pulumi.Output<string>;
  declare readonly restoreId: pulumi.Output<number | undefined>;
  declare readonly restoredFolder: pulumi.Output<string | undefined>;
  declare readonly restoredNum: pulumi.Output<number | undefined>;
  declare readonly restoredType: pulumi.Output<string | undefined>;
  declare readonly restoredTimestamp: pulumi.Output<string | undefined>;
  declare readonly startedAt: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(
      requestType,
      name,
      {
        ...requestOutputs,
        ...inputs,
        ...hiddenUrn(requestType, name, options),
        ...hiddenMarks(inputs),
        __provider: delegate("restoreRequest"),
      },
      recordOptions(options),
    );
  }
}

/** The part of a Restore that only waits, and so can be repeated. */
export class RestoreCompletion extends pulumi.CustomResource {
  declare readonly status: pulumi.Output<RestoreStatus>;
  declare readonly errors: pulumi.Output<string[]>;
  declare readonly confirmed: pulumi.Output<boolean | undefined>;
  declare readonly completedAt: pulumi.Output<string | undefined>;

  constructor(name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    const hidden = { ...hiddenUrn(completionType, name, options), ...hiddenMarks(inputs) };
    const own = { ...completionOutputs, ...inputs, ...hidden, __provider: delegate("restoreCompletion") };
    super(completionType, name, own, recordOptions(options));
  }
}

const requestOutputs = {
  restoreId: undefined,
  restoredFolder: undefined,
  restoredNum: undefined,
  restoredType: undefined,
  restoredTimestamp: undefined,
  startedAt: undefined,
};

const completionOutputs = { status: undefined, errors: undefined, confirmed: undefined, completedAt: undefined };
