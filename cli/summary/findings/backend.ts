import { type Finding, type LostData, valueChange } from "./finding";
import { holdsUnknown } from "../../../provider/resource/fields";
import type { Plan } from "../plan";
import type { State } from "../preview";

/** Inputs whose values a summary may show: none of them can hold a secret. */
const shown = [
  "zone",
  "deploymentType",
  "deploymentMode",
  "name",
  "organizationUid",
  "subdomain",
  "size",
  "storage",
  "aclEnabled",
  "jaegerEnabled",
  "dgraphHA",
  "deletionProtection",
];

export function backendFinding(plan: Plan): Finding {
  const { operation, old, next } = plan;
  if (operation === "replace") return replaced(plan);
  if (operation === "delete") return deleted(plan);
  if (operation === "create" && plan.gone !== undefined) {
    const what = `no longer exists (${plan.gone}): a new, empty one is created`;
    return { plan, what, details: [], warning: true };
  }
  if (operation === "create") return { plan, what: created(next), details: [] };
  const gone = lostProtections(old, next);
  const what = plan.changed.length === 0 ? "changes in the state only" : `is updated: ${changesOf(plan)}`;
  return { plan, what, details: gone, warning: gone.length > 0 };
}

function replaced(plan: Plan): Finding {
  const { old, next, causes } = plan;
  const stays = old?.retainOnDelete === true;
  const cause = causes.includes("id")
    ? "since the engine was told to replace it (--replace or a taint)"
    : `because of a change of ${changesOf(plan, causes)}`;
  const end = stays
    ? "the old one leaves the stack, and stays in the service (retainOnDelete)"
    : "the old one is deleted with its data and its schema";
  return {
    plan,
    destroys: "replace",
    what: `is replaced by ${successor(next)} ${cause}; ${end}`,
    details: isProtected(old) ? [refusal] : [],
    ...(!stays && allDataOf(old)),
  };
}

/** The backend that `adoptUid` names, which keeps its data; undefined without it. */
function adopted(next: State | undefined): string | undefined {
  const uid = next?.inputs["adoptUid"];
  if (uid === undefined) return undefined;
  const backend =
    typeof uid === "string" && !holdsUnknown(uid) ? `the backend ${uid}` : "a backend that is not known yet";
  return `${backend}, with the data that it has`;
}

function successor(next: State | undefined): string {
  const backend = adopted(next);
  if (backend !== undefined) return `${backend},`;
  if (next?.inputs["adoptExisting"] !== true) return "a new, empty one";
  return "a new, empty one, or by one of the same name, zone and type if there is one (adoptExisting),";
}

function deleted(plan: Plan): Finding {
  const { old } = plan;
  if (old?.retainOnDelete === true) {
    const what = "leaves the stack, and stays in the service with its data (retainOnDelete)";
    return { plan, what, details: [], warning: true };
  }
  const details = isProtected(old) ? [refusal] : [];
  const why = plan.leftover ? ": an earlier replace could not delete it" : "";
  const what = `is deleted with its data and its schema${why}`;
  return { plan, destroys: "delete", what, details, ...allDataOf(old) };
}

const refusal = "It is protected, so pulumi up refuses this.";

function allDataOf(old: State | undefined): { data?: LostData } {
  return old?.id === undefined ? {} : { data: { uid: old.id } };
}

function created(next: State | undefined): string {
  const backend = adopted(next);
  if (backend !== undefined) return `takes over ${backend}`;
  if (next?.inputs["adoptExisting"] !== true) return "is created";
  return "is created, or takes over the one of the same name, zone and type if there is one (adoptExisting)";
}

function isProtected(state: State | undefined): boolean {
  return state?.protect === true || state?.outputs["deletionProtection"] === true;
}

/** The protections that this change removes. Nothing is lost yet, but the next change can delete the backend. */
function lostProtections(old: State | undefined, next: State | undefined): string[] {
  const lost = [
    old?.outputs["deletionProtection"] === true && next?.inputs["deletionProtection"] === false && "deletionProtection",
    old?.protect === true && next?.protect !== true && "the option protect",
  ].filter((name) => name !== false);
  return lost.length === 0 ? [] : [`It loses its protection (${lost.join(" and ")}): a later change can delete it.`];
}

/** `zone ("us-east-1" → "eu-west-1") and size`. */
function changesOf({ changed, old, next }: Plan, names: readonly string[] = changed): string {
  return names.map((name) => (shown.includes(name) ? valueChange(name, old, next) : name)).join(", ");
}
