import { keepRecord, refuseLoss, withInputs } from "../action/action";
import type { HiddenInputs } from "../action/inputs";
import { protectionChange, recordedProtection } from "../action/protection";
import { RefusedError, UnknownOutcomeError } from "../errors/errors";
import { clean } from "../errors/text";
import type { Context } from "../resource/context";
import { givenNames } from "../resource/fields";
import type { Checkpoint, Resource } from "../resource/resource";
import { waitUntilReady } from "../resource/wait";
import { type Operation } from "../run/operation";
import { followRestore } from "./follow";
import {
  completionStateVersion,
  restoreCompletionFields,
  type RestoreCompletionInputs,
  type RestoreCompletionState,
} from "./inputs";

/** Waits for a restore and never sends one: so it can be repeated for ever. */
export const restoreCompletion: Resource<RestoreCompletionInputs, RestoreCompletionState> = {
  kind: "RestoreCompletion",
  fields: restoreCompletionFields,
  timeouts: { create: "2h" },
  stateVersion: completionStateVersion,
  unfinished: "is not complete",
  resolve: (_, news) => news,
  check: () => [],
  deletesFirst: () => false,
  hiddenChange: (state, news: RestoreCompletionInputs & HiddenInputs) => protectionChange(state, news),

  recordDeclared({ account, urn }, id) {
    account.actions.declare(id, urn);
  },

  recordLive({ account }, _, state) {
    if (hasEnded(state) && state.restoreId !== undefined) account.restores.recordEnded(state.target, state.restoreId);
  },

  create(context, _, inputs: RestoreCompletionInputs & HiddenInputs) {
    const given = givenNames(restoreCompletionFields, { ...inputs });
    const memory = {
      version: completionStateVersion,
      status: "pending",
      given,
      unknownSince: "",
      doubtful: false,
    } as const;
    const protection = recordedProtection(context, inputs.target, inputs);
    const state: RestoreCompletionState = {
      ...inputs,
      ...protection,
      status: "IN_PROGRESS",
      errors: [],
      __state: memory,
    };
    context.account.actions.declare(context.urn);
    return Promise.resolve({ id: inputs.request, state });
  },

  async ready(context, operation, _, state, inputs, observe) {
    const current = storeInputs(state, inputs);
    const isOpen = !hasEnded(current) || isDoubtfulFailure(current);
    if (inputs.acceptUnknown === inputs.request && isOpen) {
      return ready({ ...current, status: "UNKNOWN", errors: [], confirmed: false });
    }
    const ended = hasEnded(current) ? current : await followToEnd(context, operation, current, observe);
    if (ended.status === "ERR") throw failed(ended);
    await waitUntilReady(context, operation, ended.target);
    return ready(ended);
  },

  storeInputs,
  read: (_, __, ___, known) => keepRecord(known),

  delete(context, _, id, state) {
    // With the request alone, a later run would wait for the restore once more, and its engine may have forgotten it by then.
    refuseLoss(context, { id, uid: state.target, state });
    return Promise.resolve();
  },
};

async function followToEnd(
  context: Context,
  operation: Operation,
  state: RestoreCompletionState,
  observe: Checkpoint<RestoreCompletionState>,
): Promise<RestoreCompletionState> {
  const { request, target, restoreId } = state;
  if (restoreId === undefined) {
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
  context.info(`waiting for restore ${restoreId} of ${target}, at most ${operation.timeout.value}`);
  const ended = await followRestore(context, operation, restoreId, state, observe);
  observe(ended);
  if (ended.confirmed === false && ended.status === "OK") {
    context.warn(
      `restore ${restoreId} of ${target} is reported OK, but the backend's engine numbers its restores anew when it restarts, so ` +
        "this may be another restore's OK (confirmed: false). Look at the data before you rely on it.",
    );
  }
  return ended;
}

function storeInputs(state: RestoreCompletionState, inputs: RestoreCompletionInputs): RestoreCompletionState {
  return withInputs(restoreCompletionFields, state, inputs);
}

function hasEnded({ status }: RestoreCompletionState): boolean {
  return status === "OK" || status === "ERR";
}

/** The ERR may be another restore's: then what became of this one is as unknown as before. */
function isDoubtfulFailure({ status, confirmed }: RestoreCompletionState): boolean {
  return status === "ERR" && confirmed === false;
}

function ready(state: RestoreCompletionState): RestoreCompletionState {
  return { ...state, __state: { ...state.__state, status: "ready" } };
}

function failed(state: RestoreCompletionState): Error {
  const { request, restoreId, target, errors } = state;
  const doubt = isDoubtfulFailure(state)
    ? [
        "The backend's engine numbers its restores anew when it restarts, so this may be another restore's ERR (confirmed: false). " +
          `If the data is right, set acceptUnknown: "${request}".`,
      ]
    : [];
  const words = errors.length === 0 ? "without a reason" : errors.map(clean).join("; ");
  return new RefusedError({
    code: "DGC405",
    why: `restore ${restoreId ?? ""} of ${target} failed (ERR), and the data of ${target} may be incomplete: ${words}`,
    next: [
      "Fix what the service names, then give triggers a new value to run the restore again.",
      ...doubt,
      "Until then every pulumi up fails here and sends nothing.",
    ],
  });
}
