import { isDeepStrictEqual } from "node:util";
import { confirmField, credentialsField, notAfterField, type Triggers, triggersField } from "../action/inputs";
import { place } from "../action/place";
import type { Protection } from "../action/backendProtection";
import { type RestoreState } from "../api/dataAnswers";
import type { Contents } from "../api/dataPlane";
import { isRecord } from "../api/readAnswer";
import type { Connection } from "../resource/connection";
import { durations, type Field, type FieldTable, notEmpty, uid, wholeNumber } from "../resource/fields";
import { type Metadata } from "../resource/resource";
import type { ObjectStoreCredentials } from "../types";

/** Inputs of a RestoreRequest after check. The public documentation of each stands at `RestoreArgs` in the sdk. */
export interface RestoreRequestInputs {
  /** Left out with a cluster, as are `source`, `backupFolder` and `resumeRestoreId`. */
  readonly target?: string;
  readonly source?: string;
  readonly backupFolder?: string;
  /** Where the backups are, with a cluster, as the next four. */
  readonly location?: string;
  readonly backupId?: string;
  readonly credentials?: ObjectStoreCredentials;
  readonly encryptionKeyFile?: string;
  readonly contents?: Contents;
  readonly backupNum?: number;
  readonly triggers?: Triggers;
  readonly confirm?: string;
  readonly notAfter?: string;
  readonly resumeRestoreId?: number;
  readonly acceptUnknown?: string;
  readonly timeouts?: { readonly create?: string };
}

export interface RestoreRequestMetadata extends Metadata {
  /** `unknown`: the answer was lost. `accepted`: it was lost, and the user has checked the data. */
  readonly attempt: "known" | "unknown" | "accepted";
}

export interface RestoreRequestState extends RestoreRequestInputs, Protection {
  /** The uid of the backend, or the id of the cluster. */
  readonly target: string;
  /** The number of the restore; none when the answer was lost, and on a cluster. */
  readonly restoreId?: number;
  readonly restoredFolder?: string;
  readonly restoredBackupId?: string;
  readonly restoredNum?: number;
  readonly restoredType?: string;
  readonly restoredTimestamp?: string;
  /** The predicates that the backup names, on a cluster. */
  readonly predicates?: readonly string[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly __state: RestoreRequestMetadata;
}

/** Naming the backup that was restored, or removing its name, runs no new restore. */
function backupField(name: string, restored: string, check: Field["check"] & object, on?: Connection): Field {
  return {
    ...(on !== undefined && { on }),
    onChange: "replace",
    check,
    hasEffect: (value, olds) => {
      const before = olds[restored] ?? olds[name];
      return (
        value !== undefined &&
        before !== undefined &&
        !isDeepStrictEqual(value, olds[name]) &&
        !isDeepStrictEqual(value, before)
      );
    },
  };
}

export const restoreRequestFields: FieldTable<RestoreRequestInputs> = {
  target: { on: "account", onChange: "replace", required: true, check: uid },
  source: { on: "account", onChange: "replace", required: true, check: uid },
  backupFolder: backupField("backupFolder", "restoredFolder", notEmpty, "account"),
  location: { on: "cluster", onChange: "replace", required: true, check: place },
  backupId: backupField("backupId", "restoredBackupId", seriesId, "cluster"),
  backupNum: backupField("backupNum", "restoredNum", wholeNumber),
  triggers: triggersField,
  confirm: confirmField,
  notAfter: notAfterField,
  resumeRestoreId: { on: "account", onChange: "state", check: wholeNumber },
  credentials: credentialsField,
  encryptionKeyFile: { on: "cluster", onChange: "state", check: notEmpty },
  contents: { on: "cluster", onChange: "state", check: counts },
  acceptUnknown: { onChange: "state", check: notEmpty },
  timeouts: { onChange: "state", check: durations(["create"]) },
};

/** The sdk gives an empty one for a Backup without a backup. */
function seriesId(value: unknown): string | undefined {
  if (value !== "") return notEmpty(value, {});
  return "is empty: the outcome of the Backup is unknown, and was accepted; name the backup that you mean (getBackups lists them)";
}

/** What a Backup has counted. */
function counts(value: unknown): string | undefined {
  const areCounts = (part: unknown): boolean =>
    isRecord(part) && Object.values(part).every((count) => typeof count === "number");
  return isRecord(value) && areCounts(value["types"]) && areCounts(value["predicates"])
    ? undefined
    : "must be the output contents of a Backup";
}

/** Inputs of a RestoreCompletion. All but the last two come from its RestoreRequest. */
export interface RestoreCompletionInputs {
  /** Id of the RestoreRequest: another request is another restore to wait for. */
  readonly request: string;
  readonly target: string;
  /** None when the answer was lost and the user accepted that, and on a cluster. */
  readonly restoreId?: number;
  /** What the backup holds, on a cluster: there, only the data shows how a restore has ended. */
  readonly contents?: Contents;
  /** The predicates that the backup names, on a cluster. */
  readonly predicates?: readonly string[];
  readonly acceptUnknown?: string;
  readonly timeouts?: { readonly create?: string };
}

export interface RestoreCompletionMetadata extends Metadata {
  /** Since when the engine has answered UNKNOWN without a break (ISO 8601); empty when its last answer was another one. */
  readonly unknownSince: string;
  /** The engine has answered UNKNOWN at least once: since then the id may belong to another restore. */
  readonly doubtful: boolean;
}

export interface RestoreCompletionState extends RestoreCompletionInputs, Protection {
  readonly status: RestoreState;
  readonly errors: readonly string[];
  /** Whether the status surely belongs to this restore. The engine reuses ids after a restart. */
  readonly confirmed?: boolean;
  /** ISO 8601. */
  readonly completedAt?: string;
  readonly __state: RestoreCompletionMetadata;
}

export const completionStateVersion = 1;

export const restoreCompletionFields: FieldTable<RestoreCompletionInputs> = {
  request: { onChange: "replace", required: true, check: notEmpty },
  // They never change, but are unknown in the preview of an update of the request: it would show them as changes.
  target: { onChange: "nothing", required: true },
  restoreId: { onChange: "nothing" },
  contents: { onChange: "nothing" },
  predicates: { onChange: "nothing" },
  acceptUnknown: { onChange: "state", check: notEmpty },
  timeouts: { onChange: "state", check: durations(["create"]) },
};
