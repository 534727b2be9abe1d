import type { Protection } from "../action/backendProtection";
import { confirmField, credentialsField, notAfterField, type Triggers, triggersField } from "../action/inputs";
import { place } from "../action/place";
import type { Contents } from "../api/dataPlane";
import { durations, type FieldTable, flag, notEmpty } from "../resource/fields";
import type { Metadata } from "../resource/resource";
import type { ObjectStoreCredentials } from "../types";

/** Inputs of a Backup after check. The public documentation of each stands at `BackupArgs` in the sdk. */
export interface BackupInputs {
  readonly destination: string;
  readonly full?: boolean;
  readonly credentials?: ObjectStoreCredentials;
  readonly triggers?: Triggers;
  readonly confirm?: string;
  readonly notAfter?: string;
  readonly acceptUnknown?: string;
  readonly timeouts?: { readonly create?: string };
}

/** What was there before the backup was sent. */
export interface Before {
  /** The paths of the backups in the destination. */
  readonly listed: readonly string[];
  /** Undefined if it could not be counted. */
  readonly contents?: Contents;
}

export interface BackupMetadata extends Metadata {
  /**
   * `sent`: Dgraph has answered. `unknown`: the answer was lost. `failed`: Dgraph reported so. `accepted`: its outcome is unknown, and the user has
   * looked at the destination.
   */
  readonly attempt: "sent" | "unknown" | "failed" | "accepted";
  /** Until it is complete: the task to ask about, and what to compare with. */
  readonly taskId?: string;
  readonly before?: Before;
}

export interface BackupState extends BackupInputs, Protection {
  /** The id of the cluster. */
  readonly cluster: string;
  readonly backupId?: string;
  readonly backupNum?: number;
  readonly path?: string;
  readonly type?: string;
  readonly contents?: Contents;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601. */
  readonly completedAt?: string;
  readonly __state: BackupMetadata;
}

export const backupStateVersion = 1;

export const backupFields: FieldTable<BackupInputs> = {
  destination: { onChange: "replace", required: true, check: place },
  full: { onChange: "state", check: flag },
  credentials: credentialsField,
  triggers: triggersField,
  confirm: confirmField,
  notAfter: notAfterField,
  acceptUnknown: { onChange: "state", check: notEmpty },
  timeouts: { onChange: "state", check: durations(["create"]) },
};
