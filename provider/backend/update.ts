import type { Deployment } from "../api/deployment";
import { backendUrl } from "../api/settings";
import type { Context } from "../resource/context";
import { changedFields } from "../resource/fields";
import type { Checkpoint } from "../resource/resource";
import { pollReadiness, waitFor } from "../resource/wait";
import { backendFields, type BackendInputs } from "./inputs";
import { type BackendMetadata, type BackendState, stateOf, valuesOf } from "./model";
import { type Operation } from "../run/operation";
import { mayHaveChanged } from "../errors/requestErrors";

/** A backend on its way to what the program asks for. */
export interface BackendUpdate {
  readonly context: Context;
  readonly operation: Operation;
  readonly id: string;
  readonly inputs: BackendInputs;
  readonly observe: Checkpoint<BackendState>;
}

/** What createDeployment did not answer is read from the list. */
export async function readMissingOutputs(
  { context, operation, id, observe }: BackendUpdate,
  state: BackendState,
): Promise<BackendState> {
  if (state.url !== "" && state.jwtToken !== "") return checked(context, state);
  const live = await waitFor(context, operation, {
    what: `${id} to be in the list of backends`,
    poll: async () => {
      const found = (await context.account.list.anew(operation)).find(({ uid }) => uid === id);
      if (found === undefined) return { pending: "not listed yet" };
      const isWhole = found.url !== "" && found.jwtToken !== "";
      return isWhole ? { done: found } : { pending: "listed without its address or its token" };
    },
    reached: (_, elapsed) => `${id} is in the list of backends after ${elapsed}`,
    afterDeadline: "The backend is in the state: run pulumi up to go on.",
  });
  const whole = stateOf(state, {}, valuesOf(context.account, live), state.__state);
  observe(whole);
  return checked(context, whole);
}

/** A host to which no token may go is no backend that anybody could use. */
function checked({ account }: Context, state: BackendState): BackendState {
  backendUrl(account.endpoint, state.url, "/graphql");
  return state;
}

/** Sends what differs from the service, and what may or may not have arrived in an earlier run. */
export async function sendChanges(update: BackendUpdate, state: BackendState): Promise<BackendState> {
  const { context, operation, id, inputs } = update;
  const { control, list } = context.account;
  const wanted = new Set([...changedFields(backendFields, { ...state }, { ...inputs }), ...state.__state.unclear]);
  const due = <Name extends keyof BackendInputs>(...names: Name[]): Name[] =>
    names.filter((name) => wanted.has(name) && inputs[name] !== undefined);

  const settings = due("name", "deploymentMode", "organizationUid");
  const afterSettings = await send(update, state, settings, () => {
    const { organizationUid: organizationUID, ...values } = pick(inputs, settings);
    return control.updateDeployment(
      { uid: id, ...values, ...(organizationUID !== undefined && { organizationUID }) },
      operation,
    );
  });
  const result = await send(update, afterSettings, due("lambdaScript"), () =>
    control.updateLambda(id, inputs.lambdaScript ?? "", operation),
  );
  if (result !== state) list.note(listed(id, result));
  return result;
}

/** Waits until the backend itself answers. */
export async function waitUntilReady({ context, operation, id }: BackendUpdate, state: BackendState): Promise<void> {
  await waitFor(context, operation, {
    what: `backend ${id} to answer`,
    poll: () => pollReadiness(context, operation, state.url),
    reached: (_, elapsed) => `backend ${id} answers after ${elapsed}`,
    afterDeadline: [
      "The backend exists and is in the state: run pulumi up to go on waiting.",
      `If it usually takes this long, raise ${operation.timeout.input}.`,
    ],
  });
}

async function send(
  { inputs, observe }: BackendUpdate,
  state: BackendState,
  names: readonly (keyof BackendInputs)[],
  call: () => Promise<void>,
): Promise<BackendState> {
  if (names.length === 0) return state;
  const others = state.__state.unclear.filter((name) => !names.some((sent) => sent === name));
  try {
    await call();
  } catch (error) {
    if (mayHaveChanged(error)) observe(remember(state, { status: "pending", unclear: [...others, ...names] }));
    throw error;
  }
  const sent = remember({ ...state, ...pick(inputs, names) }, { status: "pending", unclear: others });
  observe(sent);
  return sent;
}

function remember(state: BackendState, memory: Partial<BackendMetadata>): BackendState {
  return { ...state, __state: { ...state.__state, ...memory } };
}

function pick<Name extends keyof BackendInputs>(
  inputs: BackendInputs,
  names: readonly Name[],
): Pick<BackendInputs, Name> {
  return Object.fromEntries(names.map((name) => [name, inputs[name]])) as Pick<BackendInputs, Name>;
}

function listed(uid: string, state: BackendState): Deployment {
  return {
    uid,
    name: state.name ?? "",
    zone: state.zone ?? "",
    url: state.url,
    owner: state.owner,
    jwtToken: state.jwtToken,
    deploymentMode: state.deploymentMode,
    deploymentType: state.deploymentType,
    lambdaScript: Buffer.from(state.lambdaScript ?? "", "utf8").toString("base64"),
  };
}
