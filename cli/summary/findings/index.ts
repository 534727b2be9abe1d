import { kindOf, typeIn } from "../../../provider/resource/typeTokens";
import { actionFinding, backupFinding, type Surroundings } from "./action";
import { backendFinding } from "./backend";
import { type Destruction, destructions, type Finding, isUnfinished } from "./finding";
import { schemaFinding } from "./graphqlSchema";
import type { Plan } from "../plan";
import type { Preview } from "../preview";

/** What the plans mean. What destroys something comes first, and in each group our resources come before those of other packages. */
export async function findingsOf(plans: readonly Plan[], preview: Preview): Promise<Finding[]> {
  const surroundings: Surroundings = {
    backendPlans: new Map(
      plans
        .filter(({ kind, drift, operation }) => kind === "Backend" && !drift && operation !== "delete")
        .map((plan) => [plan.urn, plan]),
    ),
    announcements: announcementsIn(preview),
  };
  const findings: Finding[] = [];
  for (const plan of plans) {
    if (!isOfAnother(plan, plans)) findings.push(await findingOf(plan, surroundings));
  }
  const rank = ({ destroys, plan }: Finding): number =>
    (destroys === undefined ? destructions.length : destructions.indexOf(destroys)) * 2 +
    (plan.kind === undefined ? 1 : 0);
  return findings.sort((one, other) => rank(one) - rank(other));
}

/** Whether the plan of another resource says the same: the wait for a restore follows its request. */
function isOfAnother({ kind, urn }: Plan, plans: readonly Plan[]): boolean {
  if (kind !== "RestoreCompletion") return false;
  const request = urn.replace("RestoreCompletion::", "RestoreRequest::").replace(/-completion$/, "-request");
  return plans.some((plan) => plan.urn === request);
}

async function findingOf(plan: Plan, surroundings: Surroundings): Promise<Finding> {
  const { kind, operation } = plan;
  if (plan.drift) return driftFinding(plan);
  if (!["create", "update", "replace", "delete", "same"].includes(operation)) return otherFinding(plan);
  if (goesOn(plan)) return { plan, what: "goes on where the last run stopped", details: [] };
  if (kind === "Backend") return backendFinding(plan);
  if (kind === "GraphqlSchema") return schemaFinding(plan, surroundings);
  if (kind === "DataDrop" || kind === "RestoreRequest") return actionFinding(plan, surroundings);
  if (kind === "Backup") return backupFinding(plan);
  if (kind === "RestoreCompletion") return { plan, what: waitOf(operation), details: [] };
  return otherFinding(plan);
}

/**
 * The engine updates what an earlier run left unfinished, also without a change. A DataDrop may have something left to erase, and a
 * GraphqlSchema a change that hides data.
 */
function goesOn({ kind, operation, changed, old }: Plan): boolean {
  const harmless = ["Backend", "RestoreRequest", "RestoreCompletion", "Backup"];
  return (
    kind !== undefined && harmless.includes(kind) && operation === "update" && changed.length === 0 && isUnfinished(old)
  );
}

function waitOf(operation: string): string {
  if (operation === "create" || operation === "replace") return "waits for the end of its restore";
  return operation === "delete" ? "leaves the state; the data stays" : "changes in the state only";
}

/** What a refresh found. The operation says what became of the resource, not what is planned. */
function driftFinding(plan: Plan): Finding {
  const what =
    plan.operation === "delete"
      ? "no longer exists: somebody has deleted it outside of this program"
      : `was changed outside of this program: ${plan.changed.join(", ")}`;
  return { plan, what, details: [], warning: true };
}

const ends: Readonly<Record<string, Destruction>> = { delete: "delete", replace: "replace" };
const words: Readonly<Record<string, string>> = {
  create: "is created",
  update: "is updated",
  replace: "is replaced",
  delete: "is deleted",
  import: "is imported",
  same: "changes in the state only",
};

/** A resource of another package. Only the names of its inputs are shown: their values may be anything. */
function otherFinding(plan: Plan): Finding {
  const { operation, old, type, changed, causes } = plan;
  const isUnknown = !(operation in words);
  const word = words[operation] ?? `has the operation "${operation}", which this version does not know`;
  const names = operation === "replace" ? causes : changed;
  const because = names.length === 0 ? "" : `: ${names.join(", ")}`;
  // A provider is a configuration: its resources have plans of their own.
  const isProvider = type.startsWith("pulumi:providers:");
  const isKept = operation === "delete" && old?.retainOnDelete === true;
  const destroys = isProvider || isKept ? undefined : ends[operation];
  const details = isKept ? ["It stays where it is (retainOnDelete)."] : [];
  return { plan, what: `${word}${because}`, details, warning: isUnknown, isUnknown, ...(destroys && { destroys }) };
}

/** What the provider said about each resource in the preview, line by line, without the engine's prefix for the severity. */
function announcementsIn({ diagnostics }: Preview): ReadonlyMap<string, readonly string[]> {
  const announcements = new Map<string, string[]>();
  for (const { urn, message, severity } of diagnostics) {
    if (kindOf(typeIn(urn)) === undefined || !["info", "warning"].includes(severity)) continue;
    const lines = message
      .replace(/^warning: /, "")
      .trim()
      .split("\n");
    announcements.set(urn, [...(announcements.get(urn) ?? []), ...lines]);
  }
  return announcements;
}
