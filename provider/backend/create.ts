import * as v from "valibot";
import { type CreatedDeployment, createdSchema, type Deployment } from "../api/deployment";
import type { Listed } from "../api/deploymentIndex";
import type { Seen } from "../api/deploymentList";
import { CancelledError, ConflictError, DeadlineError, DgraphCloudError, RefusedError } from "../errors/errors";
import {
  dataBeside,
  GraphqlError,
  mayHaveChanged,
  NullAnswerError,
  RequestError,
  UnauthorizedError,
} from "../errors/requestErrors";
import type { Context } from "../resource/context";
import { resourceName } from "../resource/messages";
import { type Operation } from "../run/operation";
import { formatDuration } from "../time";
import { adoptByUid, adoptExisting } from "./adopt";
import type { BackendInputs } from "./inputs";
import { claimKeyOf, createRequestOf, isNamesake, mayBeNamesake, newDeploymentOf, type NewOrAdopted } from "./model";

/** One create of a backend. */
interface Creation {
  readonly context: Context;
  readonly operation: Operation;
  readonly inputs: BackendInputs;
  /** What had been listed before createDeployment was sent: none of it is the new backend. */
  before: Seen;
}

/**
 * Creates the backend of a new resource, or adopts an existing one. It never creates two and never adopts by guess: createDeployment is
 * not idempotent, names are not unique, and an answer can be lost.
 */
export async function createOrAdopt(
  context: Context,
  operation: Operation,
  inputs: BackendInputs,
): Promise<NewOrAdopted> {
  const { creates } = context.account;
  const { adoptUid } = inputs;
  const key = claimKeyOf(inputs);
  const other = creates.claim(key, context.urn ?? key);
  if (other !== undefined) throw usedTwice(inputs, other);
  try {
    if (adoptUid !== undefined) return { live: await adoptByUid(context, operation, inputs, adoptUid), adopted: true };
    const lostBefore = creates.seenBeforeLost(key);
    if (lostBefore !== undefined) return await findLostCreate({ context, operation, inputs, before: lostBefore });
    const creation: Creation = { context, operation, inputs, before: 0 };
    const namesakes = await findNamesakes(creation, await context.account.list.beforeCreate(operation));
    if (namesakes.length > 0) return adoptNamesake(context, inputs, namesakes);
    return await create(creation);
  } catch (error) {
    if (error instanceof NamesakesAppeared) return adoptNamesake(context, inputs, error.namesakes);
    throw error;
  } finally {
    creates.release(key);
  }
}

/** Somebody else created a backend of the same name before our createDeployment could be sent. */
class NamesakesAppeared extends Error {
  constructor(readonly namesakes: readonly Deployment[]) {
    super("a backend of the same name was created meanwhile");
  }
}

function stopIfAny(namesakes: readonly Deployment[]): void {
  if (namesakes.length > 0) throw new NamesakesAppeared(namesakes);
}

/** The engine repeats a create (an error hook asked for it) whose answer was lost: looks for the backend, and sends nothing. */
async function findLostCreate(creation: Creation): Promise<NewOrAdopted> {
  const found = await search(creation);
  if (found !== undefined) return accept(creation, found);
  throw outcomeUnknown(creation, "earlier in this run, and no new backend is in the list");
}

/** Backends of the same name, zone and type, except the one that this resource manages and that is being replaced. */
async function findNamesakes({ context, operation, inputs }: Creation, listed: Listed): Promise<Deployment[]> {
  const { list, backends } = context.account;
  const isOwn = (uid: string): boolean =>
    backends.isManaged(uid) && (context.urn === undefined || backends.resourceOf(uid) === context.urn);
  const namesakesIn = (listed: Listed): Deployment[] =>
    listed.named(inputs.name ?? "").filter((found) => isNamesake(found, inputs) && !isOwn(found.uid));
  const found = namesakesIn(listed);
  // The namesake may have been deleted since that list: refuse only what a fresh list has as well.
  return found.length === 0 ? found : namesakesIn(await list.anew(operation));
}

/** Adopts the one namesake, with the user's consent, unless another resource of this program manages it. */
function adoptNamesake({ account }: Context, inputs: BackendInputs, namesakes: readonly Deployment[]): NewOrAdopted {
  const managing = namesakes.map(({ uid }) => account.backends.resourceOf(uid)).find((urn) => urn !== undefined);
  if (managing !== undefined) throw usedTwice(inputs, managing);
  return { live: adoptExisting(inputs, namesakes), adopted: true };
}

/** Sends createDeployment. If its answer is lost, looks for the backend, and sends once more at most. */
async function create(creation: Creation): Promise<NewOrAdopted> {
  const { context, operation, inputs } = creation;
  const { creates, list, session } = context.account;
  creation.before = list.seenSoFar();
  const { logins } = session;
  const first = await send(creation, async () => {
    // The pause before a retry was long enough for others: a list that was good for the first attempt is not for this one.
    stopIfAny(await findNamesakes(creation, await list.recent(operation)));
    creation.before = list.seenSoFar();
  });
  if (!("lostAnswer" in first)) return first;
  creates.recordLost(claimKeyOf(inputs), creation.before);
  context.progress("the answer to createDeployment was lost: looking whether the backend exists");
  // A new log-in during the search explains an answer of null: the session had expired, and nothing was created.
  const nothingWasCreated = (): boolean => first.lostAnswer instanceof NullAnswerError && session.logins !== logins;
  const found = await findAfterLostAnswer(creation, first, nothingWasCreated);
  if (found !== undefined) {
    context.reached(`found the backend that it had created all the same: ${found.live.uid}`);
    return found;
  }
  if (context.clock.now() >= operation.deadline) {
    const how = `within ${operation.limit ?? "its time"}, too late to send it once more, and no new backend is in the list`;
    throw outcomeUnknown(creation, how, first.lostAnswer);
  }
  return sendAgain(creation, !nothingWasCreated());
}

/** A backend may or may not have been created. */
interface LostAnswer {
  readonly lostAnswer: unknown;
}

/** Sends createDeployment once. `recheck` runs before each retry of a request that was provably not carried out. */
async function send(creation: Creation, recheck: () => Promise<void>): Promise<NewOrAdopted | LostAnswer> {
  const { context, operation, inputs } = creation;
  const { backends, list } = context.account;
  const isOld = ({ uid }: CreatedDeployment): boolean =>
    list.wasSeen(uid, creation.before) && !backends.wasDeletedHere(uid);
  try {
    const created = await context.account.control.createDeployment(createRequestOf(inputs), { ...operation, recheck });
    return isOld(created) ? { lostAnswer: namesOldBackend(created) } : accept(creation, created);
  } catch (error) {
    const created = createdBesideErrors(error);
    if (created !== undefined && !isOld(created)) return accept(creation, created, error);
    if (!mayHaveChanged(error)) throw error;
    return { lostAnswer: error };
  }
}

function createdBesideErrors(error: unknown): CreatedDeployment | undefined {
  const created = v.safeParse(createdSchema, dataBeside(error)?.["createDeployment"]);
  return created.success ? created.output : undefined;
}

/** Records the new backend. Its uid must reach the state even if the service reported an error: without it, nobody would manage the backend. */
function accept({ context, inputs }: Creation, created: CreatedDeployment, error?: unknown): NewOrAdopted {
  const { backends, creates, list } = context.account;
  const live = newDeploymentOf(inputs, created);
  creates.forgetLost(claimKeyOf(inputs));
  backends.recordCreated(live.uid);
  list.note(live);
  return { live, adopted: false, failure: error instanceof GraphqlError ? error : undefined };
}

/** Looks for the backend of a createDeployment whose answer was lost. Throws if the service refused to create it. */
async function findAfterLostAnswer(
  creation: Creation,
  { lostAnswer }: LostAnswer,
  nothingWasCreated?: () => boolean,
): Promise<NewOrAdopted | undefined> {
  const found = await search(creation, nothingWasCreated);
  if (found !== undefined) return accept(creation, found, lostAnswer);
  if (!(lostAnswer instanceof GraphqlError)) return undefined;
  creation.context.account.creates.forgetLost(claimKeyOf(creation.inputs));
  throw lostAnswer;
}

/**
 * Sends createDeployment a second and last time. `firstMayHaveActed`: the first one may still have created a backend that is not listed
 * yet, so a new namesake may be ours.
 */
async function sendAgain(creation: Creation, firstMayHaveActed: boolean): Promise<NewOrAdopted> {
  try {
    const second = await send(creation, async () => {
      stopIfAny(await newNamesakes(creation));
    });
    if ("lostAnswer" in second) {
      const found = await findAfterLostAnswer(creation, second);
      if (found !== undefined) return found;
      throw outcomeUnknown(creation, "twice, and no new backend is in the list", second.lostAnswer);
    }
    const duplicate = firstMayHaveActed ? await findDuplicate(creation, second.live) : undefined;
    return { ...second, failure: duplicate ?? second.failure };
  } catch (error) {
    if (firstMayHaveActed && saysNothingOfFirst(error)) return findFirst(creation, error);
    // The first one created nothing, so a namesake that has appeared since is somebody else's.
    if (!firstMayHaveActed) creation.context.account.creates.forgetLost(claimKeyOf(creation.inputs));
    throw error;
  }
}

/** Whether this failure of the second createDeployment tells nothing about what the first one did. */
function saysNothingOfFirst(error: unknown): boolean {
  return [NamesakesAppeared, RequestError, RefusedError, DeadlineError].some((kind) => error instanceof kind);
}

/** Looks for what the first createDeployment created after all, now that the second one has failed. */
async function findFirst(creation: Creation, error: unknown): Promise<NewOrAdopted> {
  const found = error instanceof NamesakesAppeared ? error.namesakes : await newNamesakes(creation).catch(() => []);
  const [only, another] = found;
  if (another !== undefined) throw ambiguous(found);
  if (only !== undefined) return accept(creation, only);
  throw outcomeUnknown(creation, "and sending it once more failed, and no new backend is in the list", error);
}

async function newNamesakes(creation: Creation): Promise<Deployment[]> {
  const listed = await creation.context.account.list.anew(searchOperation(creation));
  return candidatesIn(creation, listed).filter((deployment) => isNamesake(deployment, creation.inputs));
}

/** Both may have created a backend, the first one too late to be found before: then the user must hear of both. */
async function findDuplicate(creation: Creation, live: Deployment): Promise<Error | undefined> {
  // If this list cannot be read, the second backend is good all the same.
  const listed = await creation.context.account.list.anew(searchOperation(creation)).catch(() => undefined);
  const others = listed === undefined ? [] : candidatesIn(creation, listed);
  return others.length === 0 ? undefined : ambiguous([live, ...others]);
}

const searchMs = 30_000;
const searchPauseMs = 2_000;

/** The one new namesake in the list, or undefined if there is none after 30 s, or as soon as `nothingWasCreated`. */
async function search(creation: Creation, nothingWasCreated = () => false): Promise<Deployment | undefined> {
  const { clock, account, signal } = creation.context;
  const until = clock.now() + searchMs;
  const operation = searchOperation(creation);
  for (;;) {
    const listed = await account.list.anew(operation).catch((cause: unknown) => {
      throw outcomeUnknown(creation, "and the list of backends could not be read", cause);
    });
    const candidates = candidatesIn(creation, listed);
    const namesakes = candidates.filter((deployment) => isNamesake(deployment, creation.inputs));
    if (namesakes.length > 1) throw ambiguous(namesakes);
    if (namesakes[0] !== undefined) return namesakes[0];
    if (clock.now() >= until || nothingWasCreated()) {
      if (candidates.length > 0) throw ambiguous(candidates);
      return undefined;
    }
    await clock.sleep(searchPauseMs, signal).catch((cause: unknown) => {
      throw cause instanceof CancelledError ? outcomeUnknown(creation, "and the run was cancelled") : cause;
    });
  }
}

/** The operation, extended to at least 30 s from now: a backend that is found after the deadline still reaches the state. */
function searchOperation({ context: { clock, progress }, operation }: Creation): Operation {
  const startedAt = clock.now();
  if (operation.deadline >= startedAt + searchMs) return operation;
  const limit = formatDuration(searchMs);
  return {
    ...operation,
    deadline: startedAt + searchMs,
    limit: `the ${limit} for finding out what was created`,
    onRetry: ({ why }) => {
      const status = "looking for what was created";
      progress(status, () => `${status}, ${formatDuration(clock.now() - startedAt)} of ${limit}: ${why}`);
    },
  };
}

/** Listed backends that this create may have made: new, of the same or a similar name, and returned by no other create of this process. */
function candidatesIn({ context, inputs, before }: Creation, listed: Listed): Deployment[] {
  const { backends, list } = context.account;
  const isNew = (uid: string): boolean => !list.wasSeen(uid, before) && !backends.wasCreatedHere(uid);
  return listed
    .named(inputs.name ?? "")
    .filter((deployment) => mayBeNamesake(deployment, inputs) && isNew(deployment.uid));
}

function usedTwice({ name, adoptUid }: BackendInputs, urn: string): Error {
  const same = adoptUid === undefined ? "has the same name, zone and deploymentType" : `takes over ${adoptUid} as well`;
  const next =
    adoptUid === undefined
      ? `Give one of them another name: two backends called "${name ?? ""}" could not be told apart after a failure.`
      : "Remove adoptUid from one of them.";
  return new ConflictError({ code: "DGC306", why: `${resourceName(urn)} of this program ${same}.`, next });
}

function namesOldBackend({ uid }: CreatedDeployment): Error {
  return new ConflictError({
    code: "DGC312",
    why: `createDeployment answered with ${uid}, a backend that was there before.`,
    next: "Run pulumi up again: it looks for the backend before it creates one.",
  });
}

function ambiguous(candidates: readonly Deployment[]): Error {
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

/** `how` goes on after "the answer to createDeployment was lost". */
function outcomeUnknown({ inputs }: Creation, how: string, cause?: unknown): Error {
  const last = cause instanceof DgraphCloudError ? ` Last: ${cause.why}` : "";
  return new ConflictError({
    code: "DGC312",
    why: `the answer to createDeployment was lost ${how}: a backend "${inputs.name ?? ""}" may or may not exist.${last}`,
    next: [
      ...(cause instanceof UnauthorizedError ? cause.next : []),
      "Run pulumi up again when the service is well: it looks for the backend before it creates one.",
      'If it then names a backend that this run created, take it over with adoptUid (like adoptUid: "0x42").',
    ],
    cause,
  });
}
