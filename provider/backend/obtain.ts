import * as v from "valibot";
import { isRecord } from "../api/answer";
import { type CreatedDeployment, createdSchema, type Deployment, type NewDeployment } from "../api/deployment";
import type { Context, Operation } from "../context";
import {
  AbsentError,
  ConflictError,
  dataBeside,
  DgraphCloudError,
  GraphqlError,
  NullAnswerError,
  UnauthorizedError,
} from "../errors";
import { mayHaveChanged } from "../unclear";
import type { BackendHidden, BackendInputs } from "./inputs";

type NewBackend = BackendInputs & BackendHidden;

/** A backend that exists, and the failure that the service reported all the same. */
export interface Obtained {
  readonly live: Deployment;
  readonly adopted: boolean;
  readonly failure?: Error | undefined;
}

/** How long a create whose answer was lost is looked for in the list, and how often. */
const searchMs = 30_000;
const searchPauseMs = 2_000;

/** A backend for a new resource: an adopted one, or a created one. Never two, and never somebody else's by guess. */
export async function obtain(context: Context, operation: Operation, inputs: NewBackend): Promise<Obtained> {
  const { ledger } = context.cloud;
  const { adoptUid } = inputs;
  const key = keyOf(inputs);
  const other = ledger.claim(key, inputs.__urn ?? key);
  if (other !== undefined) throw sharedName(inputs, other);
  try {
    if (adoptUid !== undefined) {
      return { live: await adoptByUid(context, operation, inputs, adoptUid), adopted: true };
    }
    const lostBefore = ledger.lostCreate(key);
    if (lostBefore !== undefined) return await findLost(context, operation, inputs, lostBefore);
    const present = await namesakes(context, operation, inputs);
    const ours = present.map(({ uid }) => ledger.resourceOf(uid)).find((urn) => urn !== undefined);
    if (ours !== undefined) throw sharedName(inputs, ours);
    if (present.length > 0) return { live: adoptExisting(inputs, present), adopted: true };
    return await createOnce(context, operation, inputs);
  } finally {
    ledger.release(key);
  }
}

/** What one resource at a time may stand for. */
function keyOf({ name, zone, deploymentType, adoptUid }: NewBackend): string {
  return adoptUid ?? JSON.stringify([name, zone, deploymentType]);
}

function sharedName({ name, adoptUid }: NewBackend, urn: string): Error {
  const same = adoptUid === undefined ? "has the same name, zone and deploymentType" : `takes over ${adoptUid} as well`;
  const next =
    adoptUid === undefined
      ? `Give one of them another name: two backends called "${name ?? ""}" could not be told apart after a failure.`
      : "Let one of them have it.";
  return new ConflictError({
    code: "DGC306",
    why: `another Backend of this program, "${urn.split("::").at(-1) ?? urn}", ${same}.`,
    next,
  });
}

async function adoptByUid(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  uid: string,
): Promise<Deployment> {
  if (context.cloud.ledger.hasMet(uid)) {
    throw new ConflictError({
      code: "DGC308",
      why: `adoptUid names ${uid}, which is a backend of this stack already.`,
      next: "Remove adoptUid, or name a backend that no resource of the stack stands for. To replace this one, remove adoptUid first.",
    });
  }
  const live = (await context.cloud.list.anew(operation)).find((deployment) => deployment.uid === uid);
  if (live === undefined) {
    throw new AbsentError({
      code: "DGC309",
      why: `adoptUid names ${uid}, and this account has no such backend.`,
      next: "Correct adoptUid, or use the account that owns the backend.",
    });
  }
  const wrong = (["zone", "deploymentType"] as const).filter(
    (name) => live[name] != null && live[name] !== inputs[name],
  );
  if (wrong.length > 0) {
    const differences = wrong.map((name) => `${name} is "${live[name] ?? ""}", not "${inputs[name]}"`).join("; ");
    throw new ConflictError({
      code: "DGC310",
      why: `the backend ${uid} cannot be taken over: its ${differences}.`,
      next: `Write what the backend has into the program: ${wrong.join(" and ")} cannot be changed.`,
    });
  }
  return live;
}

/** Backends of the same name, zone and type, but for the one that this very resource is by now and that is being replaced. */
async function namesakes(context: Context, operation: Operation, inputs: NewBackend): Promise<Deployment[]> {
  const { list, ledger } = context.cloud;
  const strange = (deployments: readonly Deployment[]): Deployment[] =>
    deployments.filter((deployment) => isNamesake(deployment, inputs) && !isOwn(deployment.uid));
  const isOwn = (uid: string): boolean =>
    ledger.hasMet(uid) && (inputs.__urn === undefined || ledger.resourceOf(uid) === inputs.__urn);
  const present = strange(await list.known(operation));
  // A refusal must not rest on what somebody has deleted since.
  return present.length === 0 ? present : strange(await list.anew(operation));
}

function isNamesake(deployment: Deployment, inputs: NewBackend): boolean {
  const sameType = deployment.deploymentType == null || deployment.deploymentType === inputs.deploymentType;
  return deployment.name === inputs.name && deployment.zone === inputs.zone && sameType;
}

function adoptExisting(inputs: NewBackend, present: readonly Deployment[]): Deployment {
  const [only, another] = present;
  if (only !== undefined && another === undefined && inputs.adoptExisting === true) return only;
  const uids = present.map(({ uid }) => uid).join(" and ");
  const which = `${inputs.deploymentType}, ${inputs.zone}`;
  throw new ConflictError({
    code: "DGC307",
    why:
      `there is a backend "${inputs.name ?? ""}" (${which}) already: ${uids}. It may be left of a run that was killed, ` +
      "a colleague's, or the very one that is being replaced by force.",
    next:
      `To take it over, set adoptUid: "${only?.uid ?? ""}"${another === undefined ? " or adoptExisting: true" : ""}. ` +
      "To have another one, set a different name. To replace it by force, add deleteBeforeReplace to the resource's options. Or delete it first.",
  });
}

/** An error hook asks for a create again whose answer was lost: it is looked for once more, and not sent a third time. */
async function findLost(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  before: ReadonlySet<string>,
): Promise<Obtained> {
  const found = await search(context, operation, inputs, { before, explained: () => false });
  if (found === undefined) throw lost(undefined, inputs, "earlier in this run, and no new backend is in the list");
  return { live: accept(context, inputs, found), adopted: false };
}

async function createOnce(context: Context, operation: Operation, inputs: NewBackend): Promise<Obtained> {
  const { ledger, list } = context.cloud;
  const before = new Set((await list.known(operation)).map(({ uid }) => uid));
  for (let attempt = 1; ; attempt++) {
    const { logins } = context.cloud.session;
    try {
      const created = await context.cloud.control.createDeployment(wireOf(inputs), operation);
      return { live: accept(context, inputs, created), adopted: false };
    } catch (error) {
      const beside = createdBesideErrors(error);
      const complaint = error instanceof GraphqlError ? error : undefined;
      if (beside !== undefined) return { live: accept(context, inputs, beside), adopted: false, failure: complaint };
      if (!mayHaveChanged(error)) throw error;
      ledger.recordLostCreate(keyOf(inputs), before);
      context.progress("the answer to createDeployment was lost: looking whether the backend exists");
      // A session that was renewed by the look explains the null: nothing was created.
      const explained = (): boolean => error instanceof NullAnswerError && context.cloud.session.logins !== logins;
      const found = await search(context, operation, inputs, { before, explained });
      if (found !== undefined) return { live: accept(context, inputs, found), adopted: false, failure: complaint };
      // What the service has turned down is not sent again.
      if (complaint !== undefined) {
        ledger.settleCreate(keyOf(inputs));
        throw complaint;
      }
      if (attempt > 1) throw lost(error, inputs, "twice, and no new backend is in the list");
    }
  }
}

/** The one backend that this create made although its answer was lost, or undefined when it made none. */
async function search(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  { before, explained }: { before: ReadonlySet<string>; explained: () => boolean },
): Promise<Deployment | undefined> {
  const { clock, cloud, signal } = context;
  const until = Math.min(clock.now() + searchMs, operation.deadline);
  for (;;) {
    const listed = await cloud.list.anew(operation).catch((cause: unknown) => {
      throw lost(cause, inputs, "and the list of backends could not be read");
    });
    const matches = listed.filter(
      (deployment) =>
        isNamesake(deployment, inputs) && !before.has(deployment.uid) && !cloud.ledger.wasCreatedHere(deployment.uid),
    );
    if (matches.length > 1) {
      const uids = matches.map(({ uid }) => uid).join(" and ");
      throw new ConflictError({
        code: "DGC311",
        why: `the answer to createDeployment was lost, and ${matches.length} new backends could be the one: ${uids}.`,
        next: 'Find out which is yours, set adoptUid to its uid (like adoptUid: "0x42"), and delete the other.',
      });
    }
    if (matches[0] !== undefined) return matches[0];
    if (clock.now() >= until || explained()) return undefined;
    await clock.sleep(searchPauseMs, signal);
  }
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

function lost(cause: unknown, inputs: NewBackend, how: string): Error {
  const last = cause instanceof DgraphCloudError ? ` Last: ${cause.why}` : "";
  const first = cause instanceof UnauthorizedError ? `${cause.next} ` : "";
  return new ConflictError({
    code: "DGC312",
    why: `the answer to createDeployment was lost ${how}: a backend "${inputs.name ?? ""}" may or may not exist.${last}`,
    next:
      `${first}Run pulumi up again when the service is well: it looks before it creates. If it then names a backend that this run ` +
      'made, take it over with adoptUid (like adoptUid: "0x42").',
    cause,
  });
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
