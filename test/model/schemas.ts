import type { LocalCloud } from "dgraphcloud-local";
import type { SavedMemory } from "../../local/engines/memory";

/** The schema of the program, or of somebody else: fields of the type Note. */
export interface NoteSchema {
  readonly fields: readonly ("text" | "rank" | "mark")[];
  /** How many tags a note has. Dgraph never makes a list a single value again. */
  readonly tags: "none" | "one" | "many";
  /** The name of the field for tags. Default: tags. */
  readonly tagsName?: string;
}

const types = { text: "String", rank: "Int @search", mark: "Boolean" } as const;

export function textOf({ fields, tags, tagsName = "tags" }: NoteSchema): string {
  const own = fields.map((field) => `${field}: ${types[field]}`);
  const tag = tags === "none" ? [] : [`${tagsName}: ${tags === "many" ? "[String]" : "String"}`];
  return `type Note { id: ID! ${[...own, ...tag].join(" ")} }`;
}

/** The names of the fields in a text, without the id. */
export function fieldsOf(text: string): string[] {
  return [...text.matchAll(/(\w+): (?!ID)/g)].flatMap(([, name]) => name ?? []);
}

/** What a database in memory holds at this moment. */
export function contentOf(local: LocalCloud, uid: string): SavedMemory["content"] | undefined {
  return (local.cloud.backend(uid)?.engine.saved() as SavedMemory | undefined)?.content;
}

/** The removed fields that have values, of which the user has not agreed to lose sight. */
export function removedWithoutConsent(
  before: SavedMemory["content"],
  after: string,
  allow: readonly string[] = [],
): string[] {
  const left = fieldsOf(after);
  const removed = fieldsOf(before.schema).filter((name) => !left.includes(name));
  return removed.filter(
    (name) =>
      !allow.includes("*") &&
      !allow.includes(`Note.${name}`) &&
      before.nodes.some(({ values }) => values[`Note.${name}`] !== undefined),
  );
}

/** Writes a note with a value in each field of the live schema. */
export async function writeNote(local: LocalCloud, uid: string): Promise<void> {
  const text = contentOf(local, uid)?.schema ?? "";
  const values = fieldsOf(text).map((name) => {
    const type = new RegExp(`\\b${name}: (\\S+)`).exec(text)?.[1];
    const value = type === "Int" ? "1" : type === "Boolean" ? "true" : type === "[String]" ? '["a", "b"]' : '"a"';
    return `${name}: ${value}`;
  });
  if (values.length === 0) return;
  const query = `mutation { addNote(input: [{ ${values.join(", ")} }]) { numUids } }`;
  await local.cloud.get(uid).engine.graphql({ query });
}
