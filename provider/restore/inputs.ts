import { isDeepStrictEqual } from "node:util";
import { confirmField, notAfterField, type Triggers, triggersField } from "../action/inputs";
import type { Protection } from "../action/backendProtection";
import { type RestoreState } from "../api/dataAnswers";
import { durations, type Field, type FieldTable, notEmpty, uid, wholeNumber } from "../resource/fields";
import { type Metadata } from "../resource/resource";

/** Inputs of a RestoreRequest after check. The public documentation of each stands at `RestoreArgs` in the sdk. */
export interface RestoreRequestInputs {
  readonly target: string;
  readonly source: string;
  readonly backupFolder?: string;
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
  /** The engine's id of the restore; none when the answer was lost. */
  readonly restoreId?: number;
  readonly restoredFolder?: string;
  readonly restoredNum?: number;
  readonly restoredType?: string;
  readonly restoredTimestamp?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly __state: RestoreRequestMetadata;
}

/** Naming the backup that was restored, or removing its name, runs no new restore. */
function backupField(name: string, restored: string, check: Field["check"] & object): Field {
  return {
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
  target: { onChange: "replace", required: true, check: uid },
  source: { onChange: "replace", required: true, check: uid },
  backupFolder: backupField("backupFolder", "restoredFolder", notEmpty),
  backupNum: backupField("backupNum", "restoredNum", wholeNumber),
  triggers: triggersField,
  confirm: confirmField,
  notAfter: notAfterField,
  resumeRestoreId: { onChange: "state", check: wholeNumber },
  acceptUnknown: { onChange: "state", check: notEmpty },
  timeouts: { onChange: "state", check: durations(["create"]) },
};

/** Inputs of a RestoreCompletion. All but the last two come from its RestoreRequest. */
export interface RestoreCompletionInputs {
  /** Id of the RestoreRequest: another request is another restore to wait for. */
  readonly request: string;
  readonly target: string;
  /** None when the answer was lost and the user accepted that. */
  readonly restoreId?: number;
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
  acceptUnknown: { onChange: "state", check: notEmpty },
  timeouts: { onChange: "state", check: durations(["create"]) },
};
