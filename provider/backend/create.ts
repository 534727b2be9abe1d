import * as v from "valibot";
import { isRecord } from "../api/answer";
import { type CreatedDeployment, createdSchema, type Deployment, type NewDeployment } from "../api/deployment";
import type { Context, Operation } from "../context";
import {
  ConflictError,
  dataBeside,
  DeadlineError,
  GraphqlError,
  NullAnswerError,
  RefusedError,
  RequestError,
} from "../errors";
import { mayHaveChanged } from "../unclear";
import { isNamesake, keyOf, type NewBackend, type Obtained } from "./newBackend";
import { ambiguous, forLooking, lost, newOnes, search, twin } from "./search";

/** An error hook asks for a create again whose answer was lost: it is looked for once more, and not sent a third time. */
export async function findLost(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  before: ReadonlySet<string>,
): Promise<Obtained> {
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
): Promise<Obtained> {
  const { control, ledger, list, session } = context.cloud;
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
  ledger.recordLostCreate(keyOf(inputs), before);
  context.progress("the answer to createDeployment was lost: looking whether the backend exists");
  // A session that was renewed by the look explains the null: nothing was created.
  const explained = (): boolean => first.lost instanceof NullAnswerError && session.logins !== logins;
  const found = await search(context, operation, inputs, { before, explained });
  if (found !== undefined) {
    context.reached(`found the backend that it had made all the same: ${found.uid}`);
    return taken(context, inputs, found, first.lost);
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
): Promise<Obtained> {
  const { control, ledger, list } = context.cloud;
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
    if (found !== undefined) return taken(context, inputs, found, second.lost);
    refuseTurnedDown(context, inputs, second.lost);
    throw lost(second.lost, inputs, "twice, and no new backend is in the list");
  } catch (error) {
    // What the first one has come to is known then, and what has come since is somebody else's.
    if (!mayHaveActed) ledger.settleCreate(keyOf(inputs));
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
): Promise<Obtained | { readonly lost: unknown }> {
  const isOld = ({ uid }: CreatedDeployment): boolean => before().has(uid);
  try {
    const created = await send();
    return isOld(created)
      ? { lost: namesAnother(created) }
      : { live: accept(context, inputs, created), adopted: false };
  } catch (error) {
    const beside = createdBesideErrors(error);
    if (beside !== undefined && !isOld(beside)) return taken(context, inputs, beside, error);
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

/** The backend is there; what the service complained of is told all the same. */
function taken(context: Context, inputs: NewBackend, created: CreatedDeployment, error: unknown): Obtained {
  const failure = error instanceof GraphqlError ? error : undefined;
  return { live: accept(context, inputs, created), adopted: false, failure };
}

/** What the service has turned down, and has not made, is not sent again. */
function refuseTurnedDown(context: Context, inputs: NewBackend, error: unknown): void {
  if (!(error instanceof GraphqlError)) return;
  context.cloud.ledger.settleCreate(keyOf(inputs));
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
  context.cloud.ledger.settleCreate(keyOf(inputs));
  context.cloud.ledger.recordCreated(live.uid);
  context.cloud.list.note(live);
  return live;
}

function createdBesideErrors(error: unknown): CreatedDeployment | undefined {
  const data = dataBeside(error);
  const created = v.safeParse(createdSchema, isRecord(data) ? data["createDeployment"] : undefined);
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
