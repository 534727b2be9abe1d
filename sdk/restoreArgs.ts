import * as pulumi from "./pulumi";
import type { BackupContents } from "../provider/types";
import type { Backend } from "./backend";
import type { Backup } from "./backup";
import { hostOfResource } from "./host";
import type { ObjectStoreCredentialsArgs, Triggers } from "./types";

/** How long each part of a {@link Restore} may take. A change only writes the state. */
export interface RestoreTimeouts {
  /**
   * Time for sending the restore, after waiting for others on the target; and the same time again for waiting for its end. A duration
   * like "90s", "20m" or "1h30m". Default "2h". Afterwards the restore goes on in the service or the cluster, and the next `pulumi up` waits again.
   */
  create?: pulumi.Input<string> | undefined;
}

/**
 * Inputs of a {@link Restore}. With an account, `target` and `source` name the backends, and `backupFolder` the series. With a cluster of your own, its
 * data are replaced, `location` or `backup` says where the backup is, and `backupId` names the series. Inputs of the other kind are refused in the
 * preview.
 */
export interface RestoreArgs {
  /**
   * The backend whose data and schema are replaced: a Backend or its uid. Dedicated backends only. Required with an account, and refused with a
   * cluster. Another backend runs the restore again; a new name or token of the same one does not. A free or shared target and an unknown uid are
   * refused.
   */
  target?: Backend | pulumi.Input<string> | undefined;
  /**
   * The backend whose backup is restored: a Backend or its uid; it may be the target itself. Required with an account, and refused with a cluster.
   * Another backend runs the restore again. A source without backups is refused.
   */
  source?: Backend | pulumi.Input<string> | undefined;
  /**
   * The {@link Backup} to restore: it gives `location`, `backupId`, `backupNum`, `credentials` and `contents`, unless they are given themselves. When
   * the Backup runs again, the restore runs again. With a cluster only. Default: none.
   */
  backup?: Backup | undefined;
  /**
   * Where the backup is: a folder on the machine of Alpha, like "/backups", or an object store, like "s3://s3.eu-west-1.amazonaws.com/bucket" or
   * "minio://127.0.0.1:9000/bucket?secure=false". The folder must be there for every Alpha of the cluster. Required with a cluster, unless `backup`
   * is given; refused with an account. Another location runs the restore again.
   */
  location?: pulumi.Input<string> | undefined;
  /**
   * Series of the backup, like "elegant_rubin4" (`getBackups` lists them). Default: the newest one when it runs, recorded as `restoredBackupId`.
   * With a cluster only. Another one runs the restore again; removing it, or setting it to what was restored, only writes the state.
   */
  backupId?: pulumi.Input<string> | undefined;
  /**
   * Folder of the backup, like "2021-15" (`getBackups` lists them). Default: that of the latest backup when it runs, found with
   * listBackups and recorded as `restoredFolder`. With an account only. Another one runs the restore again; removing it, or setting it to
   * what was restored, only writes the state. A folder that is not there is refused.
   */
  backupFolder?: pulumi.Input<string> | undefined;
  /**
   * Number of the backup in its folder or series, counted from 1. Default: the latest when it runs, recorded as `restoredNum`. Another
   * one runs the restore again; removing it, or setting it to what was restored, only writes the state.
   */
  backupNum?: pulumi.Input<number> | undefined;
  /** Credentials of the object store in `location`. With a cluster only. Default: those that Alpha finds on its machine. A secret. A change only writes the state. */
  credentials?: pulumi.Input<ObjectStoreCredentialsArgs> | undefined;
  /**
   * Path of the file with the encryption key, on the machine of every Alpha. Needed for an encrypted backup. With a cluster only. Default: none. A
   * change only writes the state.
   */
  encryptionKeyFile?: pulumi.Input<string> | undefined;
  /**
   * What the backup holds, as `contents` of a {@link Backup} has it: the restore counts as failed if the database lacks it afterwards. With a
   * cluster only. Default: not compared. A change only writes the state.
   */
  contents?: pulumi.Input<BackupContents> | undefined;
  /**
   * A list, or an object from reason to value: a changed or added value runs the restore again. Default: none. Removing one
   * only writes the state.
   */
  triggers?: Triggers | undefined;
  /**
   * The name that the target must have at that moment: another one is refused, in the preview already, and both are named
   * (operation `deployments`). For a cluster: the host of `clusterUrl` with its port if it has one, like "dgraph.example.com" or "127.0.0.1:8080",
   * or the id of the cluster. Default: not compared. A change only writes the state.
   */
  confirm?: pulumi.Input<string> | undefined;
  /**
   * Last moment for running the restore, like "2026-01-31T18:00:00Z": later it is refused, in the preview already. Default:
   * none. A change only writes the state.
   */
  notAfter?: pulumi.Input<string> | undefined;
  /**
   * Id of a restore of the target that is running or has run: the resource waits for it, and sends nothing. Used when no restore is in
   * the state, or when the answer to the one in the state was lost. With an account only: a cluster gives its restores no ids.
   *
   * Set together with a change that runs the restore again, it stands for that run, which was killed before it got the answer. An id left
   * from an earlier change is refused there. So is the id of a restore of another resource of the stack. It is accepted if it is in progress
   * and the other restore has ended, or was an earlier run of this resource: a database that restarts numbers its restores anew. A change
   * of it alone only writes the state.
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

/** What a Backup gives to the Restore of it. A series or a number that the program gives itself belongs to another backup. */
export function partsOf(
  backup: Backup,
  { location, credentials, contents, backupId, backupNum }: RestoreArgs,
): pulumi.Inputs {
  const place = {
    location: location ?? backup.destination,
    credentials: credentials ?? backup.__credentials,
  };
  if (backupId !== undefined) return place;
  // Without a backupId (its outcome is unknown, and was accepted), the newest backup would be restored instead: the provider refuses "".
  const takenId = backup.backupId.apply((id) => id ?? "");
  const ofSeries = { ...place, backupId: whileItStays(backup, takenId) };
  if (backupNum !== undefined) return ofSeries;
  return {
    ...ofSeries,
    backupNum: whileItStays(backup, backup.backupNum),
    contents: contents ?? whileItStays(backup, backup.contents),
  };
}

/** What an output knows beside its value. */
interface Known {
  readonly isKnown: Promise<boolean>;
}

/**
 * An output of a Backup. In the preview of an update of the Backup, the dynamic host knows its id and not its outputs, although they stay: the
 * Restore would look as if it ran again. So they are left out there. On the plugin an unknown output is one that changes.
 */
function whileItStays<T>(backup: Backup, output: pulumi.Output<T>): pulumi.Output<T | undefined> {
  const hidesOutputs = hostOfResource(backup, "backup")?.hidesOutputs !== false;
  if (!pulumi.isDryRun() || !hidesOutputs) return output;
  const isKnown = backup.id.apply(() => (output as unknown as Known).isKnown);
  return isKnown.apply((known): pulumi.Output<T | undefined> => (known ? output : pulumi.output(undefined)));
}
