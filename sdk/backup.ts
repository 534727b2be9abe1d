import * as pulumi from "./pulumi";
import type { BackupContents, ObjectStoreCredentials } from "../provider/types";
import { recordOptions } from "./backendProtection";
import { hostOf } from "./host";
import { RegisteredResource } from "./registeredResource";
import { type ObjectStoreCredentialsArgs, secretCredentials, type Triggers } from "./types";

/** How long a {@link Backup} may take. A change only writes the state. */
export interface BackupTimeouts {
  /**
   * Waiting for restores and other backups of the cluster, and for the end of this one: a duration like "90s", "20m" or "1h30m". Default
   * "2h". Afterwards the backup goes on in the cluster, and the next `pulumi up` waits again.
   */
  create?: pulumi.Input<string> | undefined;
}

/** Inputs of a {@link Backup}. */
export interface BackupArgs {
  /**
   * Where the backup is written: a folder on the machine of Alpha, like "/backups", or an object store, like "s3://s3.eu-west-1.amazonaws.com/bucket"
   * or "minio://127.0.0.1:9000/bucket?secure=false". Required. The folder must be the same one for every Alpha of the cluster. Another destination
   * takes a new backup (replace).
   */
  destination: pulumi.Input<string>;
  /**
   * Takes a full backup, which begins a new series. Default false: an incremental one where the destination has a series, else a full one. Dgraph can
   * refuse an incremental one if nothing was written since the last backup. A change only writes the state.
   */
  full?: pulumi.Input<boolean> | undefined;
  /**
   * Credentials of the object store. Default: those that Alpha finds on its machine. A secret. A change only writes the state.
   */
  credentials?: pulumi.Input<ObjectStoreCredentialsArgs> | undefined;
  /** A list, or an object from reason to value: a changed or added value takes a new backup (replace). Default: none. Removing one only writes the state. */
  triggers?: Triggers | undefined;
  /**
   * The cluster that must be connected at that moment: the host of `clusterUrl` with its port if it has one, like "dgraph.example.com" or
   * "127.0.0.1:8080", or the id of the cluster. Another one is refused, in the preview already. Default: not compared. A change only writes the state.
   */
  confirm?: pulumi.Input<string> | undefined;
  /** Last moment for the backup, like "2026-01-31T18:00:00Z": later it is refused, in the preview already. Default: none. A change only writes the state. */
  notAfter?: pulumi.Input<string> | undefined;
  /**
   * Id of the attempt whose unknown outcome you accept after a look at the destination, as the error message gives it. Then the resource is complete
   * without `backupId`. A change only writes the state.
   */
  acceptUnknown?: pulumi.Input<string> | undefined;
  /** How long it may take. A change only writes the state. */
  timeouts?: pulumi.Input<BackupTimeouts> | undefined;
}

/**
 * A backup of a cluster of your own, taken once (operation `backup`), and again when `destination` or a trigger changes. It needs a provider that is
 * connected to a cluster; Dgraph Cloud takes backups by itself. It changes no data. The resource waits for the end of the backup, and counts the
 * nodes before and after it: a {@link Restore} that gets the Backup compares these numbers with what it finds.
 *
 * After a lost answer the backup is not sent again: the error says what may have happened and names `acceptUnknown` and `triggers`. A backup waits for
 * restores and other backups of the cluster, since Dgraph refuses it beside them. Deleting the resource makes no call: the files stay.
 *
 * @example
 * ```ts
 * const nightly = new dgraphcloud.Backup("nightly", { destination: "/backups", triggers: { night: "2026-01-31" } }, { provider: production });
 * new dgraphcloud.Restore("staging-from-production", { backup: nightly, confirm: "staging.example.com" }, { provider: staging });
 * ```
 */
export class Backup extends RegisteredResource {
  /**
   * The credentials that the program gives, for a Restore of the Backup. Undefined where it gives none: an output would not be known in previews.
   *
   * @internal
   */
  readonly __credentials: pulumi.Output<ObjectStoreCredentials> | undefined;
  /** Id of the cluster. */
  declare readonly cluster: pulumi.Output<string>;
  declare readonly destination: pulumi.Output<string>;
  /** The series, like "elegant_rubin4"; undefined after `acceptUnknown`. */
  declare readonly backupId: pulumi.Output<string | undefined>;
  /** Number in the series, counted from 1; undefined after `acceptUnknown`. */
  declare readonly backupNum: pulumi.Output<number | undefined>;
  /** Folder of its files below the destination, like "dgraph.20261127.180058.123"; undefined after `acceptUnknown`. */
  declare readonly path: pulumi.Output<string | undefined>;
  /** "full" or "incremental"; undefined after `acceptUnknown`. */
  declare readonly type: pulumi.Output<string | undefined>;
  /**
   * How many nodes the types and predicates have: numbers that were the same before and after the backup. A number that changed meanwhile is
   * missing. Undefined if nothing could be counted.
   */
  declare readonly contents: pulumi.Output<BackupContents | undefined>;
  /** When it was sent (ISO 8601). */
  declare readonly startedAt: pulumi.Output<string>;
  /** When its end was seen (ISO 8601). */
  declare readonly completedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: BackupArgs, options?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, credentials: secretCredentials(args.credentials) };
    super(hostOf(new.target), { kind: "backup", name, outputs, inputs, options: recordOptions(options) });
    this.__credentials = inputs.credentials;
  }
}

const outputs = {
  cluster: undefined,
  backupId: undefined,
  backupNum: undefined,
  path: undefined,
  type: undefined,
  contents: undefined,
  startedAt: undefined,
  completedAt: undefined,
};
