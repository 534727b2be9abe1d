import * as pulumi from "./pulumi";
import type { RestoreStatus } from "../provider/types";
import { hiddenProtection, recordOptions } from "./backendProtection";
import { hostOf } from "./host";
import { partOptions } from "./partOptions";
import { RegisteredComponent } from "./registeredResource";
import { partsOf, type RestoreArgs } from "./restoreArgs";
import { RestoreCompletion, RestoreRequest, toldById } from "./restoreParts";
import { secretCredentials, uidIfGiven } from "./types";

/**
 * Restores a backup of one backend into another, or into a cluster of your own, once. It replaces all data and the schema of the target (operation
 * `restore`, sent to the target itself), waits for the end (`restoreStatus`), and then until the target answers again. A killed run, a lost answer, a
 * refresh or a deadline never sends it again: the next `pulumi up` goes on waiting. Restores and drops on one target never overlap.
 *
 * A cluster does not report how a restore ended: after a damaged file or a wrong key it is healthy, and empty. So the data are compared with what
 * the backup held. If that is missing, the restore counts as failed; if nobody can tell, `confirmed` is false, and a warning says how to look. A
 * restore replaces all namespaces, and with access control the users and passwords too.
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
 * new dgraphcloud.Restore("undo", { location: "/backups", confirm: "dgraph.example.com", notAfter: "2026-01-31T18:00:00Z" }, { provider: cluster });
 * ```
 */
export class Restore extends RegisteredComponent {
  /** Id of the restore; undefined for a cluster, and when the answer was lost and its unknown outcome was accepted. */
  declare readonly restoreId: pulumi.Output<number | undefined>;
  /** "OK", or "UNKNOWN" after `acceptUnknown`; none with `waitForCompletion: false`. */
  declare readonly status: pulumi.Output<RestoreStatus | undefined>;
  /** Errors that the service reported; empty when there are none. */
  declare readonly errors: pulumi.Output<string[]>;
  /**
   * False when the status may be that of another restore: a database that restarts forgets its restores and numbers them anew. So it is
   * false after an UNKNOWN, and when a later run finds the restore ended at its first poll. For a cluster: false when nothing shows that the data
   * of the backup are there.
   */
  declare readonly confirmed: pulumi.Output<boolean | undefined>;
  /** Folder of the backup; none after `resumeRestoreId`, and for a cluster. */
  declare readonly restoredFolder: pulumi.Output<string | undefined>;
  /** Series of the backup, for a cluster. */
  declare readonly restoredBackupId: pulumi.Output<string | undefined>;
  /** Number of the backup in its folder or series; none after `resumeRestoreId`. */
  declare readonly restoredNum: pulumi.Output<number | undefined>;
  /** "full" or "incremental"; none after `resumeRestoreId`. */
  declare readonly restoredType: pulumi.Output<string | undefined>;
  /** When the backup was taken, like "2021-04-15T18:00:58+0000", or for a cluster in ISO 8601; none after `resumeRestoreId`. */
  declare readonly restoredTimestamp: pulumi.Output<string | undefined>;
  /** When it was sent, or resumed with `resumeRestoreId` (ISO 8601). */
  declare readonly startedAt: pulumi.Output<string>;
  /** When its end was seen (ISO 8601). */
  declare readonly completedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: RestoreArgs, options: pulumi.ComponentResourceOptions = {}) {
    const host = hostOf(new.target);
    // Its parts would inherit the options that recordOptions removes.
    super(host, "dgraphcloud:index:Restore", name, recordOptions(options));
    const { target, source, backup, waitForCompletion, ...others } = args;
    const own = partOptions(host, options, this);
    const protection = hiddenProtection(target);
    const inputs = { ...others, ...(backup && partsOf(backup, args)), ...protection };
    const request = new RestoreRequest(
      host,
      `${name}-request`,
      {
        ...inputs,
        target: uidIfGiven(target),
        source: uidIfGiven(source),
        credentials: secretCredentials(inputs.credentials),
      },
      own,
    );
    const completion =
      waitForCompletion === false
        ? undefined
        : new RestoreCompletion(
            host,
            `${name}-completion`,
            {
              request: request.id,
              target: request.target,
              restoreId: request.restoreId,
              contents: request.contents,
              predicates: request.predicates,
              acceptUnknown: args.acceptUnknown,
              timeouts: args.timeouts,
              ...protection,
            },
            own,
          );
    const { restoredFolder, restoredBackupId, restoredNum, restoredType, restoredTimestamp } = request;
    const { restoreId, startedAt } = toldById(request);
    const outputs = {
      restoreId,
      status: completion?.status ?? pulumi.output(undefined),
      errors: completion?.errors ?? pulumi.output([]),
      confirmed: completion?.confirmed ?? pulumi.output(undefined),
      restoredFolder,
      restoredBackupId,
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
