import type { RestoreStatus } from "../api/dataAnswers";
import type { Protection } from "../action/protection";
import { durations, type FieldTable, notEmpty } from "../fields";
import type { Memory } from "../resource";

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

/** What the sdk sends along. */
export interface Hidden extends Protection {
  readonly __urn?: string;
}

export interface RestoreCompletionMemory extends Memory {
  /** Since when the engine has answered UNKNOWN without a break (ISO 8601); empty while it has not. */
  readonly unknownSince: string;
  /** The engine has answered UNKNOWN at some time: since then the id may be another restore's. */
  readonly doubtful: boolean;
}

export interface RestoreCompletionState extends RestoreCompletionInputs, Hidden {
  readonly status: RestoreStatus["status"];
  readonly errors: readonly string[];
  /** Whether what the engine said was surely said of this restore. */
  readonly confirmed?: boolean;
  /** ISO 8601. */
  readonly completedAt?: string;
  readonly __state: RestoreCompletionMemory;
}

export const completionStateVersion = 1;

export const restoreCompletionFields: FieldTable<RestoreCompletionInputs> = {
  request: { onChange: "replace", required: true, check: notEmpty },
  // Unknown in the preview of a request's update although they never change: shown, they would look like news.
  target: { onChange: "nothing", required: true },
  restoreId: { onChange: "nothing" },
  acceptUnknown: { onChange: "state", check: notEmpty },
  timeouts: { onChange: "state", check: durations(["create"]) },
};
