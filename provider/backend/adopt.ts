import type { Deployment } from "../api/deployment";
import type { Context, Operation } from "../context";
import { AbsentError, ConflictError } from "../errors";
import type { NewBackend } from "./newBackend";

/** The backend that `adoptUid` names, when it can be what the inputs ask for. */
export async function adoptByUid(
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

/** The one backend that is there already, with the user's consent. */
export function adoptExisting(inputs: NewBackend, present: readonly Deployment[]): Deployment {
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
      "To have another one, set a different name. If it is the very one that --replace asks to replace, add deleteBeforeReplace to the resource's options. Or delete it first.",
  });
}
