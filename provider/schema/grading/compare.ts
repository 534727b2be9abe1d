import { compareApi } from "./compareApi";
import { compareData } from "./compareData";
import { dgraphLinesOf, settingsKey } from "./dgraphLines";
import { isBlank, isReadable, isSameDocument, parseSchema } from "./document";
import { type SchemaChange, grades } from "./grades";
import { mergeChanges } from "./merge";
import { modelOf } from "./model";
import { predicatesOf } from "./predicates";
import { refusals } from "./refusals";
import { followRenames } from "./renames";
import { changedQueries, changedRequests, sharedRules } from "./security";

/** A schema that this package cannot read was sent by somebody else: nobody can tell what would become of its data. */
const unreadable: SchemaChange = {
  path: "*",
  grade: "HIDES_DATA",
  description: "the schema from before cannot be read, so that its changes are not known; all of it is replaced",
};

/**
 * What becomes of a schema: every change, the worst first, then by path. Texts are whole, with their `# Dgraph.` lines; "" is no schema.
 * Throws a GraphQLError for an `after` that cannot be parsed.
 */
export async function gradeChanges(before: string, after: string): Promise<SchemaChange[]> {
  if (before === after) return [];
  if (!isReadable(before)) return [unreadable];
  const old = parseSchema(before);
  const next = parseSchema(after);
  const settingsChanges = changesOfSettings(before, after);
  if (isSameDocument(old, next)) return mergeChanges(settingsChanges);
  const other = { document: next, model: modelOf(next) };
  const one = followRenames(old, modelOf(old), other.model);
  const ofData = [
    ...one.changes,
    ...compareData(one.model, other.model),
    ...refusals(predicatesOf(before), predicatesOf(after)),
    ...sharedRules(one.model, other.model),
    ...changedRequests(one.document, next),
    ...changedQueries(one.document, next, other.model),
  ];
  const ofApi = await compareApi(one, other);
  const changes = mergeChanges([
    ...ofData,
    // What happens to data says also what changes, and is said first.
    ...ofApi.filter((change) => !ofData.some((known) => known.path === change.path && !isWorse(change, known))),
    ...settingsChanges,
  ]);
  if (changes.length > 0) return changes;
  return [
    { path: "schema", grade: "CLIENTS_BREAK", description: "the texts differ in a way that has no grade of its own" },
  ];
}

function isWorse(one: SchemaChange, other: SchemaChange): boolean {
  return grades.indexOf(one.grade) < grades.indexOf(other.grade);
}

const settings = {
  "Dgraph.Authorization": "it decides at once which tokens are accepted, and who may read and write",
  "Dgraph.Allow-Origin": "it decides at once from which web pages browsers may send requests",
  "Dgraph.Secret": "@custom requests send it at once",
} as const;

function changesOfSettings(before: string, after: string): SchemaChange[] {
  return Object.entries(settings).flatMap(([name, effect]): SchemaChange[] => {
    const [one, other] = [before, after].map((text) => onlySetting(text, name));
    if (one === other) return [];
    const what = one === "" ? "added" : other === "" ? "removed" : "changed";
    return [
      // A first schema has nothing that a setting could open or shut.
      { path: name, grade: isBlank(before) ? "ADDITIVE" : "SECURITY", description: `# ${name} ${what}: ${effect}` },
    ];
  });
}

function onlySetting(text: string, name: string): string {
  const lines = text.split("\n");
  const own = dgraphLinesOf(text).filter((line) => line.name === name);
  return settingsKey(own.map(({ line }) => lines[line - 1] ?? "").join("\n"));
}
