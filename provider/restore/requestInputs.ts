import { isDeepStrictEqual } from "node:util";
import { confirmField } from "../action/confirm";
import type { Protection } from "../action/protection";
import { durations, type Field, type FieldTable, notEmpty, uid, wholeNumber } from "../fields";
import { notAfterField } from "../notAfter";
import type { Memory } from "../resource";
import { type Triggers, triggersField } from "../triggers";

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

/** What the sdk sends along. */
export interface Hidden extends Protection {
  readonly __urn?: string;
}

export interface RestoreRequestMemory extends Memory {
  /** `unknown`: the answer was lost. `accepted`: it was, and the user looked at the data. */
  readonly attempt: "known" | "unknown" | "accepted";
}

export interface RestoreRequestState extends RestoreRequestInputs, Hidden {
  /** The engine's id of the restore; none when the answer was lost. */
  readonly restoreId?: number;
  readonly restoredFolder?: string;
  readonly restoredNum?: number;
  readonly restoredType?: string;
  readonly restoredTimestamp?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly __state: RestoreRequestMemory;
}

/** Naming what was restored, or leaving it open, is no new restore. */
function backupField(name: string, restored: string, check: Field["check"] & object): Field {
  return {
    onChange: "replace",
    check,
    replaces: (value, olds) => {
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
