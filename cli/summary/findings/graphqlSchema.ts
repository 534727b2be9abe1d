import { GraphQLError } from "graphql";
import { labels } from "../../../provider/schema/consent";
import { gradeChanges, grades, needsConsent, type SchemaChange } from "../../../provider/schema/grading";
import { holdsUnknown } from "../../../provider/resource/fields";
import { isBackend } from "../../../provider/api/dataPlane";
import { isOnNewBackend, type Surroundings } from "./action";
import { type Finding, isUnfinished } from "./finding";
import type { Plan } from "../plan";
import type { State } from "../preview";

/** A GraphqlSchema: what becomes of the data when its text changes. */
export async function schemaFinding(plan: Plan, surroundings: Surroundings): Promise<Finding> {
  const { operation } = plan;
  if (operation === "delete") {
    const where = plan.old?.id === undefined || isBackend(plan.old.id) ? "backend" : "cluster";
    return { plan, what: `leaves the state; the schema stays on its ${where}`, details: [] };
  }
  return operation === "update" ? updated(plan, surroundings) : first(plan, surroundings);
}

/** Unless the backend is new, it may have a schema that the preview does not know: pulumi up compares the two. */
function first(plan: Plan, surroundings: Surroundings): Finding {
  if (isOnNewBackend(plan.next, surroundings)) return { plan, what: "is sent to a new backend", details: [] };
  const consent = consentOf(plan);
  if (consent === "") {
    const what = "is sent; pulumi up compares it with what is live, and refuses what needs consent";
    return { plan, what, details: [] };
  }
  const what = `is sent for the first time, with consent to lose ${consent} of the schema that is live`;
  return { plan, destroys: "schema", what, details: [] };
}

async function updated(plan: Plan, surroundings: Surroundings): Promise<Finding> {
  const changes = isUnfinished(plan.old)
    ? announced(surroundings.announcements.get(plan.urn))
    : await changesOf(plan, surroundings);
  if (changes === undefined) return isUnfinished(plan.old) ? unfinished(plan) : unknownUpdate(plan);
  const losing = changes.filter(({ grade }) => needsConsent(grade));
  const harmless = changes.filter(({ grade }) => !needsConsent(grade));
  if (losing.length === 0) {
    const what = harmless.length === 0 ? whatElse(plan) : `is updated: ${byGrade(harmless, (of) => pathsOf(of))}`;
    return { plan, what, details: [] };
  }
  // The program names no cluster, but the id of the schema is the cluster's.
  const backend = textAt(plan.next, "backend") ?? plan.old?.id;
  return {
    plan,
    destroys: "schema",
    what: `has changes that need consent: ${byGrade(losing, (of) => of.map(({ path }) => path).join(", "))}`,
    details: harmless.length === 0 ? [] : [`Besides: ${byGrade(harmless, (of) => pathsOf(of))}`],
    ...(backend !== undefined && { data: { uid: backend, changes: losing } }),
  };
}

/** If the provider listed no changes in the preview, only pulumi up can tell which ones are left. */
function unfinished(plan: Plan): Finding {
  const consent = consentOf(plan);
  if (consent === "") return { plan, what: "goes on where the last run stopped", details: [] };
  const what = `goes on where the last run stopped, with consent to lose ${consent} of the schema that is live`;
  return { plan, destroys: "schema", what, details: [] };
}

function unknownUpdate(plan: Plan): Finding {
  const consent = consentOf(plan);
  if (consent === "") {
    const what = "is updated; the changes are not known yet: pulumi up refuses those that need consent";
    return { plan, what, details: [], warning: true, isUnknown: true };
  }
  const what = `is updated; the changes are not known yet, and it has consent to lose ${consent}`;
  return { plan, destroys: "schema", what, details: [] };
}

/** The paths that `allow` gives consent to lose. */
function consentOf({ next }: Plan): string {
  const allow = next?.inputs["allow"] ?? [];
  const paths: readonly unknown[] = Array.isArray(allow) ? allow : [allow];
  const isHidden = paths.some((path) => path === "[secret]" || holdsUnknown(path));
  if (paths.includes("*")) return "anything";
  return isHidden ? "paths that are not known yet or secret" : paths.map(String).join(", ");
}

function whatElse({ changed }: Plan): string {
  if (changed.some((path) => /^triggers\b/.test(path))) return "is sent again (triggers)";
  return changed.includes("schema") ? "is sent again: only the text differs" : "changes in the state only";
}

/** The changes against the state, graded; undefined if a text is not known. */
async function changesOf(plan: Plan, { announcements }: Surroundings): Promise<readonly SchemaChange[] | undefined> {
  const [before, after] = [textAt(plan.old, "schema"), textAt(plan.next, "schema")];
  if (before === undefined || after === undefined || holdsUnknown(after)) return announced(announcements.get(plan.urn));
  const [old, next] = authorizations(plan);
  try {
    return await gradeChanges(`${before}\n${old}`, `${after}\n${next}`);
  } catch (error) {
    // The preview has refused the text.
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

/** The preview hides the authorization, because its key is a secret. It only says whether it changes. */
function authorizations({ changed, old, next }: Plan): [string, string] {
  if (!changed.some((path) => /^authorization\b/.test(path))) return ["", ""];
  const line = (has: boolean, which: string): string => (has ? `# Dgraph.Authorization {"Header":"${which}"}` : "");
  return [
    line(old?.inputs["authorization"] !== undefined, "before"),
    line(next?.inputs["authorization"] !== undefined, "after"),
  ];
}

/** The changes that the provider listed in the preview. It can read a schema that is a secret; a summary cannot. */
function announced(lines: readonly string[] = []): SchemaChange[] | undefined {
  const changes = lines.flatMap((line) => {
    const more = /^and (\d+ more): (.*)$/.exec(line);
    const ofMore = grades.find((one) => labels[one] === more?.[2]);
    if (ofMore !== undefined)
      return [{ grade: ofMore, path: more?.[1] ?? "", description: "not listed in the preview" }];
    const grade = grades.find((one) => line.startsWith(`${labels[one]}: `));
    const [path = "", ...words] = line.slice(grade === undefined ? 0 : labels[grade].length + 2).split(": ");
    return grade === undefined ? [] : [{ grade, path, description: words.join(": ") }];
  });
  return changes.length === 0 ? undefined : changes;
}

/** `hides data: A.email, B; reads fail: C.d`, the worst first. */
function byGrade(changes: readonly SchemaChange[], text: (ofGrade: readonly SchemaChange[]) => string): string {
  return grades
    .map((grade) => [grade, changes.filter((change) => change.grade === grade)] as const)
    .filter(([, ofGrade]) => ofGrade.length > 0)
    .map(([grade, ofGrade]) => `${labels[grade]}: ${text(ofGrade)}`)
    .join("; ");
}

function pathsOf(changes: readonly SchemaChange[], most = 10): string {
  const paths = changes.slice(0, most).map(({ path }) => path);
  return [...paths, ...(changes.length > most ? [`${changes.length - most} more`] : [])].join(", ");
}

/** ` (hides data, security)`: the grades of changes, the worst first; nothing without changes. */
export function gradesIn(changes: readonly SchemaChange[]): string {
  const found = grades.filter((grade) => changes.some((change) => change.grade === grade));
  return found.length === 0 ? "" : ` (${found.map((grade) => labels[grade]).join(", ")})`;
}

/** The value of an input that is a text and no secret. */
function textAt(state: State | undefined, name: string): string | undefined {
  const value = state?.inputs[name] ?? state?.outputs[name];
  return typeof value === "string" && value !== "[secret]" ? value : undefined;
}
