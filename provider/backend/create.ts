import * as v from "valibot";
import { isRecord } from "../api/answer";
import { type CreatedDeployment, createdSchema, type Deployment, type NewDeployment } from "../api/deployment";
import type { Context, Operation } from "../context";
import {
  ConflictError,
  dataBeside,
  DgraphCloudError,
  GraphqlError,
  NullAnswerError,
  UnauthorizedError,
} from "../errors";
import { mayHaveChanged } from "../unclear";
import { isNamesake, keyOf, type NewBackend, type Obtained } from "./newBackend";

/** How long a create whose answer was lost is looked for in the list, and how often. */
const searchMs = 30_000;
const searchPauseMs = 2_000;

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

/** A new backend. The create is sent once more at the most, when a lost one is in no list. */
export async function createOnce(context: Context, operation: Operation, inputs: NewBackend): Promise<Obtained> {
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
