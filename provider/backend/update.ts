import { CancelledError } from "../errors/errors";
import { mayHaveChanged } from "../errors/requestErrors";
import { backendUrl } from "../api/settings";
import type { Context } from "../resource/context";
import { changedFields } from "../resource/fields";
import type { Checkpoint } from "../resource/resource";
import { waitFor } from "../resource/wait";
import { type Operation } from "../run/operation";
import { backendFields, type BackendInputs } from "./inputs";
import {
  type BackendState,
  deploymentOf,
  stateOf,
  unclearInputs,
  type UpdatableInputs,
  updateRequestOf,
  valuesOf,
  withUnclear,
} from "./model";

/** An update of a backend, or what is left to do after its create. */
export interface BackendUpdate {
  readonly context: Context;
  readonly operation: Operation;
  readonly id: string;
  readonly inputs: BackendInputs;
  readonly observe: Checkpoint<BackendState>;
}

/** Reads from the list the address and the token that createDeployment did not answer with. */
export async function readMissingOutputs(
  { context, operation, id, observe }: BackendUpdate,
  state: BackendState,
): Promise<BackendState> {
  if (state.url !== "" && state.jwtToken !== "") return withCheckedHost(context, state);
  const live = await waitFor(context, operation, {
    what: `${id} to be in the list of backends`,
    poll: async () => {
      const found = (await context.account.list.anew(operation)).get(id);
      if (found === undefined) return { pending: "not listed yet" };
      const isComplete = found.url !== "" && found.jwtToken !== "";
      return isComplete ? { done: found } : { pending: "listed without its address or its token" };
    },
    reached: (_, elapsed) => `${id} is in the list of backends after ${elapsed}`,
    afterDeadline: "The backend is in the state: run pulumi up to go on.",
  });
  const complete = stateOf(state, {}, valuesOf(context.account, live), state.__state);
  observe(complete);
  return withCheckedHost(context, complete);
}

/** Throws if the backend's host is one to which its token must not be sent. */
function withCheckedHost({ account }: Context, state: BackendState): BackendState {
  backendUrl(account.endpoint, state.url, "/graphql");
  return state;
}

/** Sends the inputs that differ from the state, and those of an earlier update whose answer was lost. */
export async function sendChanges(update: BackendUpdate, state: BackendState): Promise<BackendState> {
  const { context, operation, id, inputs } = update;
  const { control, list } = context.account;
  const wanted = new Set([...changedFields(backendFields, { ...state }, { ...inputs }), ...unclearInputs(state)]);
  const changed = <Name extends keyof BackendInputs>(...names: Name[]): Name[] =>
    names.filter((name) => wanted.has(name) && inputs[name] !== undefined);

  const settings = changed<keyof UpdatableInputs>("name", "deploymentMode", "organizationUid");
  const afterSettings = await send(update, state, settings, () =>
    control.updateDeployment(updateRequestOf(id, pick(inputs, settings)), operation),
  );
  const result = await send(update, afterSettings, changed("lambdaScript"), () =>
    control.updateLambda(id, inputs.lambdaScript ?? "", operation),
  );
  if (result !== state) list.note(deploymentOf(id, result));
  return result;
}

/** Makes one call for these inputs. If its answer is lost or was not awaited, the state records them as `unclear`. */
async function send(
  { inputs, observe }: BackendUpdate,
  state: BackendState,
  names: readonly (keyof BackendInputs)[],
  call: () => Promise<void>,
): Promise<BackendState> {
  if (names.length === 0) return state;
  const otherUnclear = unclearInputs(state).filter((name) => !names.some((sent) => sent === name));
  try {
    await call();
  } catch (error) {
    // A cancelled run does not wait for the answer.
    if (mayHaveChanged(error) || error instanceof CancelledError) observe(pending(state, [...otherUnclear, ...names]));
    throw error;
  }
  const updated = pending({ ...state, ...pick(inputs, names) }, otherUnclear);
  observe(updated);
  return updated;
}

function pending(state: BackendState, unclear: readonly string[]): BackendState {
  return { ...state, __state: { ...withUnclear(state.__state, unclear), status: "pending" } };
}

function pick<Name extends keyof BackendInputs>(
  inputs: BackendInputs,
  names: readonly Name[],
): Pick<BackendInputs, Name> {
  return Object.fromEntries(names.map((name) => [name, inputs[name]])) as Pick<BackendInputs, Name>;
}
