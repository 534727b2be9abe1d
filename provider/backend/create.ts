import { isNamesake, keyOf, mayBeNamesake, type NewBackend, type CreateOutcome } from "./model";
import { ConflictError, DeadlineError, DgraphCloudError, RefusedError } from "../errors/errors";
import {
  dataBeside,
  GraphqlError,
  NullAnswerError,
  RequestError,
  UnauthorizedError,
  mayHaveChanged,
} from "../errors/requestErrors";
import { formatDuration } from "../time";
import type { Context } from "../resource/context";
import { type CreatedDeployment, createdSchema, type Deployment, type NewDeployment } from "../api/deployment";
import { resourceName } from "../resource/messages";
import { adoptByUid, adoptExisting } from "./adopt";
import * as v from "valibot";
import { type Operation } from "../run/operation";

/** An error hook asks for a create again whose answer was lost: it is looked for once more, and not sent a third time. */
export async function findLost(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  before: ReadonlySet<string>,
): Promise<CreateOutcome> {
  const found = await search(context, operation, inputs, { before, explained: () => false });
  if (found === undefined) throw lost(undefined, inputs, "earlier in this run, and no new backend is in the list");
  return { live: accept(context, inputs, found), adopted: false };
}

/** Others have made a backend of the name while this create could not be sent. */
export class Forestalled extends Error {
  constructor(readonly present: readonly Deployment[]) {
    super("made by others meanwhile");
  }
}

/**
 * A new backend. The create is sent once more at the most, when a lost one is in no list. Before it is tried again after a pause, which
 * may have been long, it is looked whether `namesakes` have come meanwhile.
 */
export async function createOnce(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  namesakes: () => Promise<readonly Deployment[]>,
): Promise<CreateOutcome> {
  const { control, creates, list, session } = context.account;
  const listed = async (): Promise<Set<string>> => new Set((await list.recent(operation)).map(({ uid }) => uid));
  let before = await listed();
  const recheck = async (): Promise<void> => {
    const present = await namesakes();
    if (present.length > 0) throw new Forestalled(present);
    before = await listed();
  };
  const { logins } = session;
  const first = await sent(
    context,
    inputs,
    () => before,
    () => control.createDeployment(wireOf(inputs), { ...operation, recheck }),
  );
  if (!("lost" in first)) return first;
  creates.recordLost(keyOf(inputs), before);
  context.progress("the answer to createDeployment was lost: looking whether the backend exists");
  // A session that was renewed by the look explains the null: nothing was created.
  const explained = (): boolean => first.lost instanceof NullAnswerError && session.logins !== logins;
  const found = await search(context, operation, inputs, { before, explained });
  if (found !== undefined) {
    context.reached(`found the backend that it had made all the same: ${found.uid}`);
    return createdDespite(context, inputs, found, first.lost);
  }
  refuseTurnedDown(context, inputs, first.lost);
  if (context.clock.now() >= operation.deadline) {
    const limit = operation.limit ?? "its time";
    throw lost(first.lost, inputs, `within ${limit}, too late to send it once more, and no new backend is in the list`);
  }
  return createAgain(context, operation, inputs, { before, mayHaveActed: !explained() });
}

/** The one repetition. A backend of the name that is new by now may be what the first one made, late. */
async function createAgain(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  { before, mayHaveActed }: { before: ReadonlySet<string>; mayHaveActed: boolean },
): Promise<CreateOutcome> {
  const { control, creates, list } = context.account;
  const come = async (): Promise<Deployment[]> =>
    newOnes(context, await list.anew(forLooking(context, operation)), inputs, before).filter((one) =>
      isNamesake(one, inputs),
    );
  const recheck = async (): Promise<void> => {
    const present = await come();
    if (present.length > 0) throw new Forestalled(present);
  };
  try {
    const second = await sent(
      context,
      inputs,
      () => before,
      () => control.createDeployment(wireOf(inputs), { ...operation, recheck }),
    );
    if (!("lost" in second)) {
      const other = mayHaveActed ? await twin(context, operation, inputs, second.live, before) : undefined;
      return { ...second, failure: other ?? second.failure };
    }
    const found = await search(context, operation, inputs, { before, explained: () => false });
    if (found !== undefined) return createdDespite(context, inputs, found, second.lost);
    refuseTurnedDown(context, inputs, second.lost);
    throw lost(second.lost, inputs, "twice, and no new backend is in the list");
  } catch (error) {
    // What the first one has come to is known then, and what has come since is somebody else's.
    if (!mayHaveActed) creates.forgetLost(keyOf(inputs));
    if (!mayHaveActed || !leavesFirstOpen(error)) throw error;
    const present = error instanceof Forestalled ? error.present : await come().catch(() => []);
    const [only, another] = present;
    if (another !== undefined) throw ambiguous(present);
    if (only !== undefined) return { live: accept(context, inputs, only), adopted: false };
    throw lost(error, inputs, "and sending it once more failed, and no new backend is in the list");
  }
}

/** Whether the second one failed without a word on the first. */
function leavesFirstOpen(error: unknown): boolean {
  return [Forestalled, RequestError, RefusedError, DeadlineError].some((kind) => error instanceof kind);
}

/** What one createDeployment has come to: a backend, or nobody knows. */
async function sent(
  context: Context,
  inputs: NewBackend,
  before: () => ReadonlySet<string>,
  send: () => Promise<CreatedDeployment>,
): Promise<CreateOutcome | { readonly lost: unknown }> {
  const isOld = ({ uid }: CreatedDeployment): boolean => before().has(uid);
  try {
    const created = await send();
    return isOld(created)
      ? { lost: namesAnother(created) }
      : { live: accept(context, inputs, created), adopted: false };
  } catch (error) {
    const beside = createdBesideErrors(error);
    if (beside !== undefined && !isOld(beside)) return createdDespite(context, inputs, beside, error);
    if (!mayHaveChanged(error)) throw error;
    return { lost: error };
  }
}

function namesAnother({ uid }: CreatedDeployment): Error {
  return new ConflictError({
    code: "DGC312",
    why: `createDeployment answered with ${uid}, a backend that was there before.`,
    next: "Run pulumi up again: it looks before it creates.",
  });
}

/** The backend was created; what the service complained of is reported all the same. */
function createdDespite(
  context: Context,
  inputs: NewBackend,
  created: CreatedDeployment,
  error: unknown,
): CreateOutcome {
  const failure = error instanceof GraphqlError ? error : undefined;
  return { live: accept(context, inputs, created), adopted: false, failure };
}

/** What the service has turned down, and has not made, is not sent again. */
function refuseTurnedDown(context: Context, inputs: NewBackend, error: unknown): void {
  if (!(error instanceof GraphqlError)) return;
  context.account.creates.forgetLost(keyOf(inputs));
  throw error;
}

/** A known uid is kept whatever else the answer says: forgetting it would leave an orphan. */
function accept(context: Context, inputs: NewBackend, created: CreatedDeployment): Deployment {
  const live: Deployment = {
    name: inputs.name ?? "",
    zone: inputs.zone,
    deploymentType: inputs.deploymentType,
    url: "",
    jwtToken: "",
    owner: undefined,
    deploymentMode: inputs.deploymentMode,
    lambdaScript: undefined,
    ...Object.fromEntries(Object.entries(created).filter(([, value]) => value != null)),
    uid: created.uid,
  };
  context.account.creates.forgetLost(keyOf(inputs));
  context.account.backends.recordCreated(live.uid);
  context.account.list.note(live);
  return live;
}

function createdBesideErrors(error: unknown): CreatedDeployment | undefined {
  const data = dataBeside(error);
  const created = v.safeParse(createdSchema, data?.["createDeployment"]);
  return created.success ? created.output : undefined;
}

function wireOf(inputs: NewBackend): NewDeployment {
  const text = (value: boolean): "true" | "false" => (value ? "true" : "false");
  const dedicated = inputs.deploymentType === "dedicated";
  return {
    name: inputs.name ?? "",
    zone: inputs.zone,
    deploymentType: inputs.deploymentType,
    ...(inputs.deploymentMode !== undefined && { deploymentMode: inputs.deploymentMode }),
    ...(inputs.subdomain !== undefined && { subdomain: inputs.subdomain }),
    ...(inputs.organizationUid !== undefined && { organizationUID: inputs.organizationUid }),
    ...(dedicated && inputs.size !== undefined && { size: inputs.size }),
    ...(dedicated && inputs.storage !== undefined && { storage: inputs.storage }),
    ...(dedicated && inputs.aclEnabled !== undefined && { aclEnabled: text(inputs.aclEnabled) }),
    ...(dedicated && inputs.jaegerEnabled !== undefined && { jaegerEnabled: text(inputs.jaegerEnabled) }),
    ...(dedicated && inputs.dgraphHA !== undefined && { dgraphHA: text(inputs.dgraphHA) }),
  };
}

/** A backend for a new resource: an adopted one, or a created one. Never two, and never somebody else's by guess. */
export async function createOrAdopt(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
): Promise<CreateOutcome> {
  const { creates } = context.account;
  const { adoptUid } = inputs;
  const key = keyOf(inputs);
  const other = creates.claim(key, context.urn ?? key);
  if (other !== undefined) throw sharedName(inputs, other);
  try {
    if (adoptUid !== undefined) {
      return { live: await adoptByUid(context, operation, inputs, adoptUid), adopted: true };
    }
    const lostBefore = creates.listedBeforeLost(key);
    if (lostBefore !== undefined) return await findLost(context, operation, inputs, lostBefore);
    const present = await namesakes(context, operation, inputs);
    if (present.length > 0) return taken(context, inputs, present);
    return await createOnce(context, operation, inputs, () => namesakes(context, operation, inputs));
  } catch (error) {
    // What has been made by somebody else before this create could be sent is as good as there before.
    if (error instanceof Forestalled) return taken(context, inputs, error.present);
    throw error;
  } finally {
    creates.release(key);
  }
}

/** The one namesake, with the user's consent, when it is no other resource of this program. */
function taken({ account }: Context, inputs: NewBackend, present: readonly Deployment[]): CreateOutcome {
  const ours = present.map(({ uid }) => account.backends.resourceOf(uid)).find((urn) => urn !== undefined);
  if (ours !== undefined) throw sharedName(inputs, ours);
  return { live: adoptExisting(inputs, present), adopted: true };
}

function sharedName({ name, adoptUid }: NewBackend, urn: string): Error {
  const same = adoptUid === undefined ? "has the same name, zone and deploymentType" : `takes over ${adoptUid} as well`;
  const next =
    adoptUid === undefined
      ? `Give one of them another name: two backends called "${name ?? ""}" could not be told apart after a failure.`
      : "Remove adoptUid from one of them.";
  return new ConflictError({
    code: "DGC306",
    why: `${resourceName(urn)} of this program ${same}.`,
    next,
  });
}

/** Backends of the same name, zone and type, but for the one that this very resource is by now and that is being replaced. */
async function namesakes(context: Context, operation: Operation, inputs: NewBackend): Promise<Deployment[]> {
  const { list, backends } = context.account;
  const strange = (deployments: readonly Deployment[]): Deployment[] =>
    deployments.filter((deployment) => isNamesake(deployment, inputs) && !isOwn(deployment.uid));
  const isOwn = (uid: string): boolean =>
    backends.isManaged(uid) && (context.urn === undefined || backends.resourceOf(uid) === context.urn);
  const present = strange(await list.recent(operation));
  // A refusal must not rest on what somebody has deleted since.
  return present.length === 0 ? present : strange(await list.anew(operation));
}

/** How long a create whose answer was lost is looked for in the list, and how often. */
const searchMs = 30_000;

const searchPauseMs = 2_000;

/** The one backend that this create made although its answer was lost, or undefined when it made none. */
export async function search(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  { before, explained }: { before: ReadonlySet<string>; explained: () => boolean },
): Promise<Deployment | undefined> {
  const { clock, account, signal } = context;
  const until = clock.now() + searchMs;
  const looking = forLooking(context, operation);
  for (;;) {
    const listed = await account.list.anew(looking).catch((cause: unknown) => {
      throw lost(cause, inputs, "and the list of backends could not be read");
    });
    const likely = newOnes(context, listed, inputs, before);
    const matches = likely.filter((deployment) => isNamesake(deployment, inputs));
    if (matches.length > 1) throw ambiguous(matches);
    if (matches[0] !== undefined) return matches[0];
    if (clock.now() >= until || explained()) {
      if (likely.length > 0) throw ambiguous(likely);
      return undefined;
    }
    await clock.sleep(searchPauseMs, signal);
  }
}

/**
 * The operation with 30 s at least for a look that tells whether something was created, also past the deadline: what is found late is
 * no orphan.
 */
export function forLooking({ clock, progress }: Context, operation: Operation): Operation {
  const startedAt = clock.now();
  if (operation.deadline >= startedAt + searchMs) return operation;
  const limit = formatDuration(searchMs);
  return {
    ...operation,
    deadline: startedAt + searchMs,
    limit: `the ${limit} for finding out what was created`,
    onRetry: ({ why }) => {
      progress(`looking for what was created, ${formatDuration(clock.now() - startedAt)} of ${limit}: ${why}`);
    },
  };
}

/** Backends that were not there before a create, that no other create of this process returned, and that it may have made. */
export function newOnes(
  { account }: Context,
  listed: readonly Deployment[],
  inputs: NewBackend,
  before: ReadonlySet<string>,
): Deployment[] {
  return listed.filter(
    (deployment) =>
      mayBeNamesake(deployment, inputs) &&
      !before.has(deployment.uid) &&
      !account.backends.wasCreatedHere(deployment.uid),
  );
}

/** What the first create made after all, although it was looked for in vain before the second one. */
export async function twin(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  live: Deployment,
  before: ReadonlySet<string>,
): Promise<Error | undefined> {
  // The second one stands whatever this look may come to.
  const listed = await context.account.list.anew(forLooking(context, operation)).catch(() => []);
  const others = newOnes(context, listed, inputs, before);
  return others.length === 0 ? undefined : ambiguous([live, ...others]);
}

export function ambiguous(candidates: readonly Deployment[]): Error {
  const uids = candidates.map(({ uid }) => uid).join(" and ");
  const isOne = candidates.length === 1;
  return new ConflictError({
    code: "DGC311",
    why:
      "the answer to createDeployment was lost, and " +
      (isOne ? "a new backend of a similar name" : `${candidates.length} new backends`) +
      ` could be the one: ${uids}.`,
    next: [
      isOne ? "Find out whether it is yours." : "Find out which is yours, and delete the other.",
      'If yours is not in the state yet, set adoptUid to its uid (like adoptUid: "0x42").',
      "Then run pulumi up again.",
    ],
  });
}

/** What may have happened to a create, and the way on. */
export function lost(cause: unknown, inputs: NewBackend, how: string): Error {
  const last = cause instanceof DgraphCloudError ? ` Last: ${cause.why}` : "";
  return new ConflictError({
    code: "DGC312",
    why: `the answer to createDeployment was lost ${how}: a backend "${inputs.name ?? ""}" may or may not exist.${last}`,
    next: [
      ...(cause instanceof UnauthorizedError ? cause.next : []),
      "Run pulumi up again when the service is well: it looks before it creates.",
      'If it then names a backend that this run made, take it over with adoptUid (like adoptUid: "0x42").',
    ],
    cause,
  });
}
