import type { Deployment } from "../api/deployment";
import type { Code } from "../codes";
import { backendUrl } from "../config";
import type { Context, Operation } from "../context";
import {
  AbsentError,
  type Advice,
  ConflictError,
  DeadlineError,
  DgraphCloudError,
  GraphqlError,
  mayHaveActed,
  noSuchBackend,
  RefusedError,
  type RequestError,
} from "../errors";
import { givenNames } from "../fields";
import type { Announced, Resource } from "../resource";
import { quoted, resourceName } from "../resourceName";
import { clean } from "../text";
import { isGone, refuseOtherAccount } from "./absence";
import { announceAdoption, tellAdoption } from "./adopt";
import { backendFields, type BackendHidden, type BackendInputs, checkBackend, resolveName } from "./inputs";
import { obtain } from "./obtain";
import { apply, complete, waitUntilReady } from "./settle";
import { type BackendState, backendStateVersion, newMemory, stateOf, valuesOf } from "./state";

export const backend: Resource<BackendInputs, BackendState> = {
  kind: "Backend",
  fields: backendFields,
  timeouts: { create: "20m", update: "15m", delete: "10m" },
  stateVersion: backendStateVersion,
  resolve: resolveName,
  check: checkBackend,

  announce(context, announced) {
    announceAdoption(context, announced);
    announceProtection(context, announced);
    return Promise.resolve();
  },

  // The old and the new one cannot both have the subdomain.
  deletesFirst: (state, inputs) => inputs.subdomain !== undefined && state.subdomain === inputs.subdomain,

  met(context, id, state) {
    // One that is only looked up is not a resource of this stack.
    const { ledger } = context.cloud;
    const { incarnation } = state.__state;
    if (incarnation === "") return;
    ledger.meet(id, incarnation, state.__urn);
    if (state.__urn === undefined) return;
    const isProtected = state.deletionProtection === true;
    if (isProtected) ledger.meetProtected(state.__urn, id);
    ledger.meetProtection(state.__urn, incarnation, isProtected);
  },

  declared(context, id, { __urn, __state: { incarnation } }) {
    if (__urn !== undefined && incarnation !== "") refuseSecond(context, id, { urn: __urn, incarnation });
  },

  async create(context, operation, inputs: BackendInputs & BackendHidden) {
    refuseProtectedPredecessor(context, inputs);
    const { live, adopted, failure } = await obtain(context, operation, inputs);
    if (adopted) tellAdoption(context, live);
    const memory = newMemory(context.cloud, inputs, context.clock.now());
    const { __urn } = inputs;
    context.cloud.ledger.meet(live.uid, memory.incarnation, __urn);
    if (__urn !== undefined) context.cloud.ledger.declare(live.uid, memory.incarnation, __urn);
    if (inputs.deletionProtection === true) context.cloud.ledger.noteProtected(live.uid);
    // Only so: made without protection, it lets go of a protected one that it replaces in the next run, and not in this.
    if (__urn !== undefined && inputs.deletionProtection === true)
      context.cloud.ledger.meetProtection(__urn, memory.incarnation, true);
    const known = adopted ? withoutLiveInputs(inputs) : inputs;
    return { id: live.uid, state: stateOf({}, known, valuesOf(context.cloud, live), memory), failure };
  },

  async ready(context, operation, id, state, inputs, observe) {
    const settling = { context, operation, id, inputs, observe };
    const applied = await apply(settling, await complete(settling, state));
    if (inputs.waitForReady ?? true) await waitUntilReady(settling, applied);
    return keep({ ...applied, __state: { ...applied.__state, status: "ready" } }, inputs);
  },

  keep,
  read: readBackend,
  delete: deleteBackend,
};

/** Says what switching the protection off makes possible, and that taking the line out does not switch it off. */
function announceProtection({ warn }: Context, { inputs, olds }: Announced<BackendInputs>): void {
  if (olds.deletionProtection === true && inputs.deletionProtection === false)
    warn(
      "deletionProtection is switched off: after this, a destroy, or a change that deletes or replaces the backend, deletes all its data. " +
        "It also lets a destroy delete the records of the Restores and DataDrops on it.",
    );
  if (olds.deletionProtection === true && inputs.deletionProtection === undefined)
    warn(
      "deletionProtection: true is gone from the program and stays on: only the option protect, which it set too, goes. A destroy, and a change " +
        "that replaces the backend, are still refused. To switch it off, set deletionProtection: false; to keep it, put the line back.",
    );
}

function keep(state: BackendState, inputs: BackendInputs): BackendState {
  return { ...state, ...inputs, __state: { ...state.__state, given: givenNames(backendFields, { ...inputs }) } };
}

/** Made in place of one that must not be deleted, as replaceOnChanges does, it would be a second one. */
function refuseProtectedPredecessor({ cloud }: Context, { __urn }: BackendHidden): void {
  const old = __urn === undefined ? undefined : cloud.ledger.protectedOf(__urn);
  if (old !== undefined) throw new ConflictError(protectedBackend(old));
}

/** A backend that was taken over from a resource that the program still declares: each would undo what the other does. */
function refuseSecond({ cloud }: Context, id: string, own: { urn: string; incarnation: string }): void {
  const other = cloud.ledger.declare(id, own.incarnation, own.urn);
  if (other === undefined) return;
  const [older, newer] = own.incarnation < other.incarnation ? [own.urn, other.urn] : [other.urn, own.urn];
  throw new ConflictError({
    code: "DGC305",
    why: `two resources of this program manage ${id}: ${resourceName(newer)} took it over from ${resourceName(older)}.`,
    next: [
      "Remove one of the two from the program, or give it another name.",
      `Remove its record from the state (no call is made): pulumi state delete --force ${quoted(newer)}, or ${quoted(older)} for the other one.`,
      "Then run pulumi up again.",
    ],
  });
}

/** What an adopted backend has of these is its own until `ready` has changed it. */
const ownOfAdopted = new Set<string>([
  "name",
  "deploymentMode",
  "organizationUid",
  "lambdaScript",
] satisfies (keyof BackendInputs)[]);

function withoutLiveInputs(inputs: BackendInputs): Partial<BackendInputs> {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !ownOfAdopted.has(name)));
}

async function readBackend(
  context: Context,
  operation: Operation,
  id: string,
  known: BackendState | undefined,
): Promise<BackendState | undefined> {
  const { list } = context.cloud;
  // What is in the state may leave it only after the two looks of isGone; for anything else a fresh list decides.
  const listed = known === undefined ? await list.find({ uid: id }, operation) : await list.recent(operation);
  const live = listed.find(({ uid }) => uid === id);
  if (live !== undefined) return observed(context, live, known);
  if (known === undefined) throw noSuchBackend(id, context.cloud.session.account);
  if (await isGone(context, operation, id, known)) {
    if (known.__urn !== undefined) context.cloud.ledger.forgetProtected(known.__urn);
    return undefined;
  }
  throw new AbsentError({
    code: "DGC303",
    why: `${id} is in some lists of the account and missing in others.`,
    next: "Run the command again in a minute, when the service's lists agree.",
  });
}

function observed(context: Context, live: Deployment, known: BackendState | undefined): BackendState {
  // A refresh keeps the state as it was rather than write a host to which no token may go.
  if (live.url !== "") backendUrl(context.cloud.endpoint, live.url, "/graphql");
  const values = valuesOf(context.cloud, live);
  // What the list does not tell may still not be what the program asks for.
  const unclear = known?.__state.unclear.filter((name) => !(name in values)) ?? [];
  if (known !== undefined) return stateOf(known, {}, values, { ...known.__state, unclear });
  const memory = {
    version: backendStateVersion,
    status: "ready",
    given: [],
    incarnation: "",
    account: [],
    unclear: [],
  } as const;
  return stateOf({}, {}, values, memory);
}

async function deleteBackend(context: Context, operation: Operation, id: string, state: BackendState): Promise<void> {
  const { ledger } = context.cloud;
  if (ledger.wasDeletedHere(id)) return;
  const { incarnation } = state.__state;
  if (ledger.leave(id, incarnation)) {
    context.warn(`backend ${id} is not deleted: another resource of this stack manages it as well`);
    return;
  }
  try {
    await deleteUnshared(context, operation, id, state);
  } catch (error) {
    // Another state of it, deleted at the same time.
    if (ledger.wasDeletedHere(id)) return;
    ledger.meet(id, incarnation, state.__urn);
    throw withForgotten(context, id, error);
  }
  ledger.recordDeleted(id);
}

/** The engine has deleted what depends on the backend before it. */
function withForgotten({ cloud }: Context, id: string, error: unknown): unknown {
  const forgotten = cloud.actions.forgottenOf(id);
  if (forgotten.length === 0 || !(error instanceof DgraphCloudError)) return error;
  return error.add(
    `The records of ${forgotten.join(" and ")} have left the state before: a pulumi up with them in the program runs them again on ${id}.`,
  );
}

/** What is kept of the time of a delete for the two lists that prove an absence, should its answer be lost. */
const proofMs = 20_000;

async function deleteUnshared(context: Context, operation: Operation, id: string, state: BackendState): Promise<void> {
  const { control, ledger, list } = context.cloud;
  const isReleased = ledger.hasUnprotectedSuccessor(state.__urn, state.__state.incarnation);
  if (state.deletionProtection === true && !isReleased) throw new ConflictError(protectedBackend(id));
  await refuseOtherAccount(context, operation, id, state);
  const lostAnswers: RequestError[] = [];
  const onRetry = (error: RequestError): void => {
    if (mayHaveActed(error)) lostAnswers.push(error);
    operation.onRetry?.(error);
  };
  const askedAt = context.clock.now();
  const deadline = operation.deadline - Math.min(proofMs, (operation.deadline - askedAt) / 3);
  let answer: string | undefined;
  try {
    answer = await control.deleteDeployment(id, { ...operation, deadline, onRetry });
  } catch (error) {
    const now = context.clock.now();
    // A delete of ours that was lost, and one after it that the service turned down: that explains an absence. Any other has to be
    // proved: with no answer at all, a list may lack the backend because it is too young.
    const explained = lostAnswers.length > 0 && error instanceof GraphqlError;
    const gone = explained ? list.lacks(id, operation, now) : isGone(context, operation, id, state, now);
    if (!(await gone.catch(falseWhenLate))) throw error;
  }
  if (answer !== undefined && !/^success/i.test(answer) && !(await list.lacks(id, operation, askedAt)))
    throw notDeleted(id, answer);
  list.forget(id);
}

/** Without the time for a proof, the failure of the delete itself is what the user must hear. */
function falseWhenLate(error: unknown): false {
  if (error instanceof DeadlineError) return false;
  throw error;
}

/** Any sentence is an answer; only one is known to say that it is done. */
function notDeleted(id: string, answer: string): Error {
  return new RefusedError({
    code: "DGC205",
    why: `the service answered to deleteDeployment: ${clean(answer)}; ${id} is still in the list.`,
    next: "Do what the service says, then run the command again.",
  });
}

function protectedBackend(id: string): { code: Code; why: string; next: Advice } {
  return {
    code: "DGC304",
    why: `deletionProtection is on: deleting ${id} would delete all its data.`,
    next: ["Set deletionProtection: false in the program and run pulumi up.", "Then delete it."],
  };
}
