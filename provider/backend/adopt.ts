import type { Deployment } from "../api/deployment";
import type { Context } from "../resource/context";
import { AbsentError, ConflictError } from "../errors/errors";
import { unknownValue } from "../resource/fields";
import type { Announced } from "../resource/resource";
import type { BackendInputs } from "./inputs";
import { type Operation } from "../run/operation";

const consequence = "this stack changes it from then on, and deletes it with its data when the resource is deleted";

/** Says in the preview which backend would be taken over, as far as the program names it. */
export function announceAdoption(context: Context, { inputs, makes }: Announced<BackendInputs>): void {
  const { account, info } = context;
  const text = makes ? adoptionOf(account, inputs) : undefined;
  // The engine checks a replacement twice.
  if (text !== undefined && account.announcements.isNews(`${context.urn ?? ""} ${text}`)) info(text);
}

function adoptionOf({ backends }: Context["account"], inputs: BackendInputs): string | undefined {
  const { name, zone, deploymentType, adoptUid, adoptExisting } = inputs;
  if (adoptUid === unknownValue)
    return `takes over the backend that adoptUid will name, instead of creating one: ${consequence}`;
  if (adoptUid !== undefined && !backends.isManaged(adoptUid))
    return `takes over the backend ${adoptUid} instead of creating one: ${consequence}`;
  if (adoptExisting !== true) return undefined;
  const isKnown = ![name, zone, deploymentType].includes(unknownValue);
  const named = isKnown ? ` "${name ?? ""}" (${deploymentType}, ${zone})` : "";
  return `takes over the backend${named} if the account has it already: ${consequence}; creates it otherwise`;
}

/** Says in a line that stays, and in the row of the resource, that a backend was taken over. */
export function reportAdoption({ info, reached }: Context, { uid, name, zone, owner }: Deployment): void {
  const whose = owner == null ? "" : `, owner ${owner}`;
  info(`took over ${uid} ("${name}", ${zone}${whose}) instead of creating a backend`);
  reached(`took over ${uid}`);
}

/** The backend that `adoptUid` names, if its zone and type are those of the inputs. */
export async function adoptByUid(
  context: Context,
  operation: Operation,
  inputs: BackendInputs,
  uid: string,
): Promise<Deployment> {
  if (context.account.backends.isManaged(uid)) {
    throw new ConflictError({
      code: "DGC308",
      why: `adoptUid names ${uid}, which is a backend of this stack already.`,
      next: [
        "Remove adoptUid, also when you want to replace this backend.",
        "Or name a backend that no resource of this stack manages.",
      ],
    });
  }
  const live = (await context.account.list.anew(operation)).get(uid);
  if (live === undefined) {
    const { accountName } = context.account.session;
    throw new AbsentError({
      code: "DGC309",
      why: `adoptUid names ${uid}, and ${accountName === undefined ? "this account" : `the account ${accountName}`} has no such backend.`,
      next: ["Correct adoptUid.", "Or use the account that owns the backend."],
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
      next: `Give ${wrong.join(" and ")} what the backend has: no backend can change that.`,
    });
  }
  return live;
}

/** The one namesake, if `adoptExisting` gives consent to adopt it. */
export function adoptExisting(inputs: BackendInputs, namesakes: readonly Deployment[]): Deployment {
  const [only, another] = namesakes;
  if (only !== undefined && another === undefined && inputs.adoptExisting === true) return only;
  const uids = namesakes.map(({ uid }) => uid).join(" and ");
  const which = `${inputs.deploymentType}, ${inputs.zone}`;
  const consent = `adoptUid: "${only?.uid ?? ""}"${another === undefined ? " or adoptExisting: true" : ""}`;
  throw new ConflictError({
    code: "DGC307",
    why:
      `there is a backend "${inputs.name ?? ""}" (${which}) already: ${uids}. It may belong to another stack or another person; ` +
      "it may also be left of a run that was killed, or be the one that a forced replace asks to replace.",
    // The safest first: this stack's destroy deletes a backend that it has taken over, even if others use it.
    next: [
      "To have a backend of your own, set another name.",
      "If --replace asks to replace it, add deleteBeforeReplace: true to the resource's options.",
      `Only after you have looked whose it is: to take it over, set ${consent}. From then on a destroy of this stack deletes it, for everybody.`,
    ],
  });
}
