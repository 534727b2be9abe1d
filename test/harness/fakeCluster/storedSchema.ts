import { isStored, modelOf } from "../../../provider/schema/grading/model";
import { parseInOrder } from "../../../provider/schema/grading/document";
import { predicatesOf } from "../../../provider/schema/grading/predicates";
import type { Nodes } from "./nodes";

/** A predicate as `schema {}` shows it. What is false is left out. */
export interface Predicate {
  readonly predicate: string;
  readonly type: string;
  readonly list?: true;
  readonly index?: true;
  readonly tokenizer?: readonly string[];
  readonly upsert?: true;
}

/** The predicates and types of the database itself. */
export interface StoredSchema {
  readonly predicates: ReadonlyMap<string, Predicate>;
  readonly types: ReadonlyMap<string, readonly string[]>;
}

export const emptySchema: StoredSchema = { predicates: new Map(), types: new Map() };

/** The predicates and types that a GraphQL schema asks for, in the order of its text. */
export function wantedBy(text: string): StoredSchema {
  const predicates = new Map<string, Predicate>();
  for (const [predicate, { type, isList, tokenizers, isUpsert }] of predicatesOf(text))
    predicates.set(predicate, {
      predicate,
      type,
      ...(isList && { list: true }),
      ...(tokenizers.size > 0 && { index: true, tokenizer: [...tokenizers].sort() }),
      ...(isUpsert && { upsert: true }),
    });
  const types = new Map<string, readonly string[]>();
  for (const { stored, fields, secret } of modelOf(parseInOrder(text)).types.values()) {
    const named = [...fields.values()].filter(isStored).map((field) => field.stored.predicate);
    types.set(stored, [...new Set([...named, ...(secret === undefined ? [] : [secret.predicate])])]);
  }
  return { predicates, types };
}

/** What became of an alteration: the schema afterwards, and why Dgraph refuses it. */
export interface Altered {
  readonly stored: StoredSchema;
  readonly refusal?: string;
}

/** Changes predicates and types as Dgraph does after it has saved a GraphQL schema. Those that the text does not know stay. */
export function alter(stored: StoredSchema, wanted: StoredSchema, nodes: Nodes): Altered {
  if (wanted.predicates.size === 0) return { stored };
  for (const after of wanted.predicates.values()) {
    const before = stored.predicates.get(after.predicate);
    const refusal = before === undefined ? undefined : refusalOf(before, after, nodes);
    if (refusal !== undefined) return { stored, refusal };
  }
  const predicates = new Map(stored.predicates);
  for (const after of wanted.predicates.values()) {
    const name = after.predicate;
    // Dgraph notices this only now: the predicates before it in the text are changed by then, the types are not.
    if (predicates.get(name)?.list === true && after.list === undefined) {
      const refusal = `Type can't be changed from list to scalar for attr: [${name}] without dropping it first.`;
      return { stored: { ...stored, predicates }, refusal };
    }
    predicates.set(name, after);
  }
  return { stored: { predicates, types: new Map([...stored.types, ...wanted.types]) } };
}

/** Why Dgraph refuses a change of a predicate before it changes any. */
function refusalOf(before: Predicate, after: Predicate, nodes: Nodes): string | undefined {
  const name = after.predicate;
  const isOneA = (type: string): boolean => (before.type === type) !== (after.type === type);
  if (isOneA("password")) return `Schema change not allowed from ${before.type} to ${after.type}`;
  const hasData = nodes.hadValues(name);
  if (isOneA("uid"))
    return hasData
      ? `Schema change not allowed from scalar to uid or vice versa while there is data for pred: ${name}`
      : undefined;
  if (before.list === true && after.list === undefined && hasData)
    return `Schema change not allowed from [${before.type}] => ${after.type} without deleting pred: ${name}`;
  return undefined;
}

/** Why Dgraph refuses a text, as far as the fake cluster reads it. Undefined for a text that Dgraph takes. */
export function problemOf(text: string): string | undefined {
  if (text.trim() === "") return "input: No schema specified";
  try {
    const wanted = wantedBy(text);
    if (wanted.types.size === 0 && !/\b(Query|Mutation)\b/.test(text))
      return "input: No query or mutation found in the generated schema";
  } catch (error) {
    const { message, locations } = error as { message: string; locations?: readonly { line: number }[] };
    const said = message.replace(/^Syntax Error: /, "").replace(/\.$/, "");
    return `input:${locations?.[0]?.line ?? 1}: ${said}\n`;
  }
  return undefinedType(text);
}

const known = ["ID", "Boolean", "Int", "Int64", "Float", "String", "DateTime", "Point", "Polygon", "MultiPolygon"];

function undefinedType(text: string): string | undefined {
  const { enums, unions, types, remote } = modelOf(parseInOrder(text));
  const all = new Set([...known, ...enums.keys(), ...unions.keys(), ...types.keys(), ...remote]);
  for (const { own } of types.values())
    for (const { name, type } of own.values())
      if (!all.has(type)) return `input:${lineOf(text, name, type)}: Undefined type ${type}.\n`;
  return undefined;
}

function lineOf(text: string, field: string, type: string): number {
  const at = new RegExp(`\\b${field}\\b[^\\n]*?:\\s*\\[?${type}\\b`).exec(text)?.index ?? 0;
  return text.slice(0, at).split("\n").length;
}
