import { actionDefaults } from "../action/action";
import { type Protection, recordedProtection } from "../action/backendProtection";
import { RefusedError, UnknownOutcomeError } from "../errors/errors";
import { clean } from "../errors/text";
import type { Context } from "../resource/context";
import { givenNames } from "../resource/fields";
import type { Checkpoint, Resource } from "../resource/resource";
import { restoreName } from "../action/watchRestore";
import { waitUntilReady } from "../resource/wait";
import { type Operation } from "../run/operation";
import { followRestore } from "./recordProgress";
import {
  completionStateVersion,
  restoreCompletionFields,
  type RestoreCompletionInputs,
  type RestoreCompletionMetadata,
  type RestoreCompletionState,
} from "./inputs";

/** It has no effect of its own, but its record is as needed as the request's: the engine may have forgotten the restore by the next run. */
const defaults = actionDefaults<RestoreCompletionInputs, RestoreCompletionState>({
  fields: restoreCompletionFields,
  targetOf: ({ target }) => target,
});

/** Waits for a restore and never sends one, so it is safe to repeat. */
export const restoreCompletion: Resource<RestoreCompletionInputs, RestoreCompletionState> = {
  ...defaults,
  kind: "RestoreCompletion",
  timeouts: { create: "2h" },
  stateVersion: completionStateVersion,
  unfinished: "is not complete",

  recordLive({ account }, _, state) {
    const key = state.restoreId ?? state.request;
    if (hasEnded(state)) account.restores.recordEnded(state.target, key);
    else if (state.__state.status !== "ready") account.restores.recordAwaited(state.target, key);
  },

  create(context, _, inputs: RestoreCompletionInputs & Protection) {
    const given = givenNames(restoreCompletionFields, { ...inputs });
    const metadata: RestoreCompletionMetadata = {
      version: completionStateVersion,
      status: "pending",
      given,
      unknownSince: "",
      doubtful: false,
    };
    const protection = recordedProtection(context, inputs.target, inputs);
    const state: RestoreCompletionState = {
      ...inputs,
      ...protection,
      status: "IN_PROGRESS",
      errors: [],
      __state: metadata,
    };
    context.account.actions.declare(context.urn);
    return Promise.resolve({ id: inputs.request, state });
  },

  async ready(context, operation, _, state, inputs, observe) {
    const current = defaults.storeInputs(state, inputs);
    const isOpen = !hasEnded(current) || isDoubtfulFailure(current);
    if (inputs.acceptUnknown === inputs.request && isOpen) {
      return finished({ ...current, status: "UNKNOWN", errors: [], confirmed: false });
    }
    const ended = hasEnded(current) ? current : await waitForEnd(context, operation, current, observe);
    if (ended.status === "ERR") throw failed(ended);
    await waitUntilReady(context, operation, ended.target);
    return finished(ended);
  },
};

async function waitForEnd(
  context: Context,
  operation: Operation,
  state: RestoreCompletionState,
  observe: Checkpoint<RestoreCompletionState>,
): Promise<RestoreCompletionState> {
  const { request, target, restoreId } = state;
  // The id of a request whose answer was lost.
  if (request.includes("/unknown/") && restoreId === undefined) {
    throw new UnknownOutcomeError({
      code: "DGC406",
      why: `the answer to the restore into ${target} was lost, so there is no id to wait for.`,
      next: [
        `Look at the data of ${target}.`,
        `If it is restored, set acceptUnknown: "${request}".`,
        "To run the restore again, give triggers a new value.",
      ],
    });
  }
  context.info(`waiting for ${restoreName(state)}, at most ${operation.timeout.value}`);
  const { ended, doubt } = await followRestore(context, operation, state, observe);
  observe(ended);
  if (ended.status === "OK" && ended.errors.length > 0)
    context.warn(`${restoreName(state)} ended OK, but: ${ended.errors.map(clean).join("; ")}`);
  if (ended.confirmed === false && ended.status === "OK") {
    const why =
      doubt === undefined
        ? "is reported OK, but the backend's engine numbers its restores anew when it restarts, so this may be another restore's OK"
        : `has ended, and nothing proves that it succeeded: ${doubt}`;
    context.warn(`${restoreName(state)} ${why} (confirmed: false). Look at the data before you rely on it.`);
  }
  return ended;
}

function hasEnded({ status }: RestoreCompletionState): boolean {
  return status === "OK" || status === "ERR";
}

/** The ERR may be another restore's: then the outcome of this one is still unknown. */
function isDoubtfulFailure({ status, confirmed }: RestoreCompletionState): boolean {
  return status === "ERR" && confirmed === false;
}

function finished(state: RestoreCompletionState): RestoreCompletionState {
  return { ...state, __state: { ...state.__state, status: "ready" } };
}

function failed(state: RestoreCompletionState): Error {
  const { request, restoreId, target, errors } = state;
  const why =
    restoreId === undefined
      ? "This run did not see the restore in progress, so the data may have been erased after it"
      : "The backend's engine numbers its restores anew when it restarts, so this may be another restore's ERR";
  const doubt = isDoubtfulFailure(state)
    ? [`${why} (confirmed: false). If the data is right, set acceptUnknown: "${request}".`]
    : [];
  const words = errors.length === 0 ? "without a reason" : errors.map(clean).join("; ");
  return new RefusedError({
    code: "DGC405",
    why: `${restoreName(state)} failed (ERR), and the data of ${target} may be incomplete: ${words}`,
    next: [
      `Fix what ${restoreId === undefined ? "the log of Alpha" : "the service"} names, then give triggers a new value to run the restore again.`,
      ...doubt,
      "Until then every pulumi up fails here and sends nothing.",
    ],
  });
}
