import { restoreName, watchRestore } from "../action/watchRestore";
import type { RestoreState } from "../api/dataAnswers";
import type { Context } from "../resource/context";
import type { Checkpoint } from "../resource/resource";
import { type Operation } from "../run/operation";
import type { RestoreCompletionState } from "./inputs";

/** Waits for the end of a restore, OK or ERR, and records in the state what it learns on the way. `doubt` says why an OK is not proved. */
export async function followRestore(
  context: Context,
  operation: Operation,
  state: RestoreCompletionState,
  observe: Checkpoint<RestoreCompletionState>,
): Promise<{ readonly ended: RestoreCompletionState; readonly doubt: string | undefined }> {
  const { account, clock } = context;
  const { target, request, restoreId, contents, predicates } = state;
  const restore = { target, request, restoreId, contents, predicates };
  const wasSentHere = account.restores.wasSentHere(request);
  let latest = state;
  // A later run cannot tell whether the engine has given the id to another restore meanwhile, unless it sees it in progress.
  let isSure = wasSentHere;

  const record = (polled: RestoreState | undefined, unknownSinceMs: number | undefined): void => {
    if (polled === "IN_PROGRESS") isSure = true;
    const status = polled ?? latest.status;
    const unknownSince = unknownSinceMs === undefined ? "" : new Date(unknownSinceMs).toISOString();
    const isKnown = status === latest.status && unknownSince === latest.__state.unknownSince;
    if (isKnown && polled !== "UNKNOWN") return;
    const doubtful = latest.__state.doubtful || polled === "UNKNOWN";
    latest = { ...latest, status, __state: { ...latest.__state, unknownSince, doubtful } };
    observe(latest);
  };

  const unknownSince = Date.parse(state.__state.unknownSince);
  const ended = await watchRestore(context, operation, {
    restore,
    unknownSince: Number.isNaN(unknownSince) ? undefined : unknownSince,
    onProgress: (progress) => {
      record(progress.status, progress.unknownSince);
    },
    what: restoreName(restore),
    // A later run knows how long it has waited, not how long the restore took.
    reached: ({ status }, elapsed) =>
      `${restoreName(restore)} ended ${status}${wasSentHere ? ` after ${elapsed}` : `, waited ${elapsed} in this run`}`,
    afterDeadline: [
      "The restore is in the state and goes on by itself: run pulumi up to wait for it again.",
      `If restores usually take this long, raise ${operation.timeout.input}.`,
    ],
    whenForgotten: {
      meaning: "so the outcome is unknown",
      next: [
        `Look at the data of ${target}.`,
        `If it is restored, set acceptUnknown: "${request}".`,
        "To run the restore again, give triggers a new value.",
        "Nothing is sent until then.",
      ],
    },
  });
  const confirmed = ended.confirmed ?? (isSure && !latest.__state.doubtful);
  const completedAt = new Date(clock.now()).toISOString();
  return {
    ended: { ...latest, status: ended.status, errors: ended.errors, confirmed, completedAt },
    doubt: ended.doubt,
  };
}
