import type { Deployment } from "../api/deployment";
import type { Context, Operation } from "../context";
import { ConflictError } from "../errors";
import { adoptByUid, adoptExisting } from "./adopt";
import { resourceName } from "../resourceName";
import { createOnce, findLost, Forestalled } from "./create";
import { isNamesake, keyOf, type NewBackend, type Obtained } from "./newBackend";

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
    if (present.length > 0) return taken(context, inputs, present);
    return await createOnce(context, operation, inputs, () => namesakes(context, operation, inputs));
  } catch (error) {
    // What has been made by somebody else before this create could be sent is as good as there before.
    if (error instanceof Forestalled) return taken(context, inputs, error.present);
    throw error;
  } finally {
    ledger.release(key);
  }
}

/** The one namesake, with the user's consent, when it is no other resource of this program. */
function taken({ cloud }: Context, inputs: NewBackend, present: readonly Deployment[]): Obtained {
  const ours = present.map(({ uid }) => cloud.ledger.resourceOf(uid)).find((urn) => urn !== undefined);
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
  const { list, ledger } = context.cloud;
  const strange = (deployments: readonly Deployment[]): Deployment[] =>
    deployments.filter((deployment) => isNamesake(deployment, inputs) && !isOwn(deployment.uid));
  const isOwn = (uid: string): boolean =>
    ledger.hasMet(uid) && (inputs.__urn === undefined || ledger.resourceOf(uid) === inputs.__urn);
  const present = strange(await list.recent(operation));
  // A refusal must not rest on what somebody has deleted since.
  return present.length === 0 ? present : strange(await list.anew(operation));
}
