import { backendUrl } from "../api/settings";
import type { Probed } from "../api/transport";
import type { Context } from "../resource/context";
import { AbsentError, ConflictError, noSuchBackend } from "../errors/errors";
import type { Announced, Resource } from "../resource/resource";
import { quoted, resourceName } from "../resource/messages";
import { waitUntilReady } from "../resource/wait";
import { withInputs } from "../resource/values";
import { isGone } from "./absence";
import { announceAdoption, reportAdoption } from "./adopt";
import { deleteBackend, refuseProtectedPredecessor } from "./delete";
import { backendFields, type BackendInputs, checkBackend, resolveName } from "./inputs";
import { createOrAdopt } from "./create";
import {
  type BackendState,
  backendStateVersion,
  importedBackend,
  newMetadata,
  refreshedState,
  stateOf,
  unreportedInputs,
  valuesOf,
} from "./model";
import { readMissingOutputs, sendChanges } from "./update";
import { type Operation } from "../run/operation";

export const backend: Resource<BackendInputs, BackendState> = {
  kind: "Backend",
  on: "account",
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

  // The old and the new backend cannot have the same subdomain at the same time.
  deletesFirst: (state, inputs) => inputs.subdomain !== undefined && state.subdomain === inputs.subdomain,

  recordLive(context, id, state) {
    const { backends, protections } = context.account;
    const { incarnation } = state.__state;
    // Only looked up: no resource of this stack.
    if (incarnation === "") return;
    backends.recordLive(id, incarnation, context.urn);
    if (context.urn === undefined) return;
    const isProtected = state.deletionProtection === true;
    if (isProtected) protections.recordProtected(context.urn, id);
    protections.record(context.urn, incarnation, isProtected);
  },

  recordDeclared(context, id, { __state: { incarnation } }) {
    const { urn } = context;
    if (urn !== undefined && incarnation !== "") refuseSecondResource(context, id, { urn, incarnation });
  },

  async create(context, operation, inputs) {
    refuseProtectedPredecessor(context);
    const { live, adopted, failure } = await createOrAdopt(context, operation, inputs);
    if (adopted) reportAdoption(context, live);
    const metadata = newMetadata(context.account, inputs, context.clock.now());
    const { urn } = context;
    context.account.backends.recordLive(live.uid, metadata.incarnation, urn);
    if (urn !== undefined) context.account.backends.declare(live.uid, metadata.incarnation, urn);
    if (inputs.deletionProtection === true) context.account.facts.record(live.uid, "protected");
    // Record only protection, not its absence: an unprotected replacement releases its predecessor in the next run, never in this one.
    if (urn !== undefined && inputs.deletionProtection === true)
      context.account.protections.record(urn, metadata.incarnation, true);
    const values = valuesOf(context.account, live);
    return { id: live.uid, state: stateOf({}, adopted ? withoutUpdatable(inputs) : inputs, values, metadata), failure };
  },

  async ready(context, operation, id, state, inputs, observe) {
    const update = { context, operation, id, inputs, observe };
    // Protection needs no request. What an update that fails half-way leaves in the state must have it.
    const kept: BackendState = inputs.deletionProtection === true ? { ...state, deletionProtection: true } : state;
    const updated = await sendChanges(update, await readMissingOutputs(update, kept));
    const toGoOn = "The backend exists and is in the state: run pulumi up to go on waiting.";
    const ask = (): Promise<Probed> => context.account.backendPlane.readinessAt(updated.url, operation);
    if (inputs.waitForReady ?? true) await waitUntilReady(context, operation, id, { ask, toGoOn });
    return withInputs(backendFields, { ...updated, __state: { ...updated.__state, status: "ready" } }, inputs);
  },

  read: readBackend,
  imported({ account, clock }, state) {
    return importedBackend(account, state, account.backends.timeOfImport(clock.now()));
  },
  unreported: unreportedInputs,
  delete: deleteBackend,
};

/** Warns of what becomes possible when the protection is switched off, and that removing the line does not switch it off. */
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

/** Refuses two resources of the program that manage the same backend (one adopted it from the other): each would undo the other's changes. */
function refuseSecondResource({ account }: Context, id: string, own: { urn: string; incarnation: string }): void {
  const other = account.backends.declare(id, own.incarnation, own.urn);
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

/** An adopted backend keeps its own values of these until `ready` has changed them. */
const updatable: readonly string[] = [
  "name",
  "deploymentMode",
  "organizationUid",
  "lambdaScript",
] satisfies (keyof BackendInputs)[];

/** The inputs that hold for an adopted backend at once. */
function withoutUpdatable(inputs: BackendInputs): Partial<BackendInputs> {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !updatable.includes(name)));
}

async function readBackend(
  context: Context,
  operation: Operation,
  id: string,
  known: BackendState | undefined,
): Promise<BackendState | undefined> {
  const { list } = context.account;
  // A backend in the state leaves it only after the two lists of isGone. For a lookup, one fresh list decides.
  const live =
    known === undefined ? (await list.find({ uid: id }, operation))[0] : (await list.recent(operation)).get(id);
  if (live !== undefined) {
    // Fail rather than write a host to which no token may be sent: the refresh then keeps the state as it was.
    if (live.url !== "") backendUrl(context.account.endpoint, live.url, "/graphql");
    return refreshedState(context.account, live, known);
  }
  if (known === undefined) throw noSuchBackend(id, context.account.session.accountName);
  if (await isGone(context, operation, id, known)) {
    if (context.urn !== undefined) context.account.protections.forgetProtected(context.urn);
    return undefined;
  }
  throw new AbsentError({
    code: "DGC303",
    why: `${id} is in some lists of the account and missing in others.`,
    next: "Run the command again in a minute, when the service's lists agree.",
  });
}
