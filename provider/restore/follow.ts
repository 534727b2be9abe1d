import { isForgotten, pollRestore, unknownLimit } from "../action/watchRestore";
import type { RestoreStatusAnswer } from "../api/dataAnswers";
import { UnknownOutcomeError } from "../errors/errors";
import type { Context } from "../resource/context";
import type { Checkpoint } from "../resource/resource";
import { type PollResult, waitFor } from "../resource/wait";
import { type Operation } from "../run/operation";
import type { RestoreCompletionMetadata, RestoreCompletionState } from "./inputs";

/** Waits for the end of a restore, OK or ERR; whatever is learned on the way stays in the state. */
export async function followRestore(
  context: Context,
  operation: Operation,
  restoreId: number,
  state: RestoreCompletionState,
  observe: Checkpoint<RestoreCompletionState>,
): Promise<RestoreCompletionState> {
  const { account, clock } = context;
  const { target, request } = state;
  const { url } = await account.data.locate(target, operation);
  let latest = state;
  // Whoever comes back later cannot tell whether the id has been given to another restore meanwhile.
  let isUnsure = !account.restores.wasSentHere(request);

  const remember = (status: RestoreStatusAnswer["status"], memory: Partial<RestoreCompletionMetadata> = {}): void => {
    latest = { ...latest, status, __state: { ...latest.__state, unknownSince: "", ...memory } };
    observe(latest);
  };

  const unknown = (isWell: boolean): void => {
    if (!isWell) {
      remember("UNKNOWN", { doubtful: true });
      return;
    }
    const earlier = latest.__state.unknownSince;
    const since = earlier === "" ? new Date(clock.now()).toISOString() : earlier;
    remember("UNKNOWN", { doubtful: true, unknownSince: since });
    if (isForgotten(Date.parse(since), clock.now())) throw forgotten(restoreId, state);
  };

  const ended = await waitFor(context, operation, {
    what: `restore ${restoreId} of ${target}`,
    poll: async (): Promise<PollResult<RestoreStatusAnswer>> => {
      const seen = await pollRestore(context, operation, { uid: target, url, restoreId });
      if ("silent" in seen) {
        if (latest.__state.unknownSince !== "") remember(latest.status);
        return { pending: seen.silent };
      }
      if ("unknown" in seen) {
        unknown(seen.isWell);
        return { pending: seen.unknown, pauseMs: seen.pauseMs };
      }
      const { status } = seen;
      if (status.status !== "IN_PROGRESS") return { done: status };
      isUnsure = false;
      if (latest.status !== "IN_PROGRESS") remember("IN_PROGRESS");
      return { pending: status.status };
    },
    // A later run knows how long it has waited, not how long the restore took.
    reached: ({ status }, elapsed) =>
      `restore ${restoreId} of ${target} ended ${status}${account.restores.wasSentHere(request) ? ` after ${elapsed}` : `, waited ${elapsed} in this run`}`,
    afterDeadline: [
      "The restore is in the state and goes on by itself: run pulumi up to wait for it again.",
      `If restores usually take this long, raise ${operation.timeout.input}.`,
    ],
  });
  account.restores.recordEnded(target, restoreId);
  const confirmed = !isUnsure && !latest.__state.doubtful;
  const completedAt = new Date(clock.now()).toISOString();
  return { ...latest, status: ended.status, errors: ended.errors, confirmed, completedAt };
}

function forgotten(restoreId: number, { target, request }: RestoreCompletionState): Error {
  return new UnknownOutcomeError({
    code: "DGC407",
    why:
      `the backend ${target} is well and has answered UNKNOWN for restore ${restoreId} for ${unknownLimit}: ` +
      "its engine has restarted and forgotten it, and the outcome is unknown.",
    next: [
      `Look at the data of ${target}.`,
      `If it is restored, set acceptUnknown: "${request}".`,
      "To run the restore again, give triggers a new value.",
      "Nothing is sent until then.",
    ],
  });
}
