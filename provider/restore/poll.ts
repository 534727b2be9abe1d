import type { RestoreStatus } from "../api/dataAnswers";
import type { Context, Operation } from "../context";
import { formatDuration } from "../duration";
import { GraphqlError, LostAnswerError, NotSentError, ThrottledError, UnknownOutcomeError } from "../errors";
import type { Observe } from "../resource";
import { lookWhetherReady } from "../running";
import { type Look, waitFor } from "../wait";
import type { RestoreCompletionMemory, RestoreCompletionState } from "./completionState";

/** The engine forgets restores when it restarts: so long an UNKNOWN from a healthy backend will not change any more. */
const unknownLimitMs = 5 * 60_000;

/** Waits for the end of a restore, OK or ERR; whatever is learned on the way stays in the state. */
export async function poll(
  context: Context,
  operation: Operation,
  restoreId: number,
  state: RestoreCompletionState,
  observe: Observe<RestoreCompletionState>,
): Promise<RestoreCompletionState> {
  const { cloud, clock } = context;
  const { target, request } = state;
  const { url } = await cloud.data.locate(target, operation);
  let latest = state;
  // Whoever comes back later cannot tell whether the id has been given to another restore meanwhile.
  let isUnsure = !cloud.ledger.wasSentHere(request);

  const remember = (status: RestoreStatus["status"], memory: Partial<RestoreCompletionMemory> = {}): void => {
    latest = { ...latest, status, __state: { ...latest.__state, unknownSince: "", ...memory } };
    observe(latest);
  };

  const unknown = async (): Promise<Look<RestoreStatus>> => {
    const health = await lookWhetherReady(context, url);
    if ("pending" in health) {
      remember("UNKNOWN", { doubtful: true });
      return { ...health, pending: `UNKNOWN from a backend that is not well (${health.pending})` };
    }
    const earlier = latest.__state.unknownSince;
    const since = earlier === "" ? new Date(clock.now()).toISOString() : earlier;
    remember("UNKNOWN", { doubtful: true, unknownSince: since });
    if (clock.now() - Date.parse(since) >= unknownLimitMs) throw forgotten(restoreId, state);
    return { pending: "UNKNOWN" };
  };

  const ended = await waitFor(context, operation, {
    what: `restore ${restoreId} of ${target}`,
    look: async (): Promise<Look<RestoreStatus>> => {
      const found = await tolerant(() => cloud.data.restoreStatus(target, restoreId, operation));
      if (typeof found === "string") {
        if (latest.__state.unknownSince !== "") remember(latest.status);
        return { pending: found };
      }
      if (found.status === "UNKNOWN") return unknown();
      if (found.status !== "IN_PROGRESS") return { done: found };
      isUnsure = false;
      if (latest.status !== "IN_PROGRESS") remember("IN_PROGRESS");
      return { pending: found.status };
    },
    afterDeadline: `The restore is in the state and goes on by itself: run pulumi up to wait on, or raise ${operation.timeout.input}.`,
  });
  const confirmed = !isUnsure && !latest.__state.doubtful;
  const completedAt = new Date(clock.now()).toISOString();
  return { ...latest, status: ended.status, errors: ended.errors, confirmed, completedAt };
}

/** A backend whose data is being replaced may refuse, reset or complain: that is no end of the restore. */
async function tolerant(look: () => Promise<RestoreStatus>): Promise<RestoreStatus | string> {
  try {
    return await look();
  } catch (error) {
    const passing = [LostAnswerError, NotSentError, ThrottledError, GraphqlError].some((kind) => error instanceof kind);
    if (passing && error instanceof Error) return error.message.split("\n", 1)[0] ?? "";
    throw error;
  }
}

function forgotten(restoreId: number, { target, request }: RestoreCompletionState): Error {
  return new UnknownOutcomeError({
    code: "DGC407",
    why:
      `the backend ${target} is well and has answered UNKNOWN for restore ${restoreId} for ${formatDuration(unknownLimitMs)}: ` +
      "its engine has restarted and forgotten it, and the outcome is unknown.",
    next:
      `Look at the data of ${target}. If the restore is done, set acceptUnknown: "${request}"; to run it again, give triggers a new value. ` +
      "Nothing is sent until then.",
  });
}
