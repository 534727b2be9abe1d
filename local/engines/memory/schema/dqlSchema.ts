import { type Field, inheritedFields, type Model, type ObjectType } from "./model";
import type { DqlSchema, Predicate, PredicateType } from "./predicates";

/** Tells each field what its predicate is in the database. */
export function attachPredicates({ types }: Model, { predicates }: DqlSchema): void {
  for (const { fields } of types.values())
    for (const field of fields.values()) field.stored = predicates.get(field.predicate);
}

/** The predicates and types that a GraphQL schema asks for, in the order of its text. */
export function dqlSchemaOf(model: Model): DqlSchema {
  const predicates = new Map<string, Predicate>();
  for (const type of model.types.values())
    for (const field of ownFields(type, model))
      predicates.set(field.predicate, merged(predicates.get(field.predicate), predicateOf(field)));
  for (const { secret } of model.types.values())
    if (secret !== undefined) predicates.set(secret.predicate, { predicate: secret.predicate, type: "password" });
  return { predicates, types: dqlTypes(model) };
}

/** The fields that a type defines itself. Those of an interface belong to the interface. */
function ownFields(type: ObjectType, model: Model): Field[] {
  const inherited = new Set(inheritedFields(type, model));
  return [...type.fields.values()].filter((field) => isStored(field) && !inherited.has(field));
}

function isStored({ kind, isComputed }: Field): boolean {
  return kind !== "uid" && !isComputed;
}

function dqlTypes(model: Model): Map<string, readonly string[]> {
  const types = new Map<string, readonly string[]>();
  for (const type of model.types.values()) {
    const fields = [...inheritedFields(type, model).filter(isStored), ...ownFields(type, model)];
    const predicates = [...fields, ...(type.secret === undefined ? [] : [type.secret])];
    types.set(type.stored[0] ?? type.name, [...new Set(predicates.map(({ predicate }) => predicate))]);
  }
  return types;
}

const typesOfScalars: Readonly<Record<string, PredicateType>> = {
  String: "string",
  Int: "int",
  Int64: "int",
  Float: "float",
  Boolean: "bool",
  DateTime: "datetime",
  Point: "geo",
  Polygon: "geo",
  MultiPolygon: "geo",
};

function predicateOf({ predicate, kind, type, isList, by, isIndexed, isUnique }: Field): Predicate {
  const tokenizer = indexesOf(kind, isIndexed ? by : [], type, isUnique);
  return {
    predicate,
    type:
      kind === "object" || kind === "union" ? "uid" : kind === "enum" ? "string" : (typesOfScalars[type] ?? "string"),
    ...(tokenizer.length > 0 && { index: true, tokenizer }),
    ...(isList && { list: true }),
    ...(isUnique && { upsert: true }),
  };
}

/** Kinds of search whose index has another name. */
const indexNames: Readonly<Record<string, string>> = {
  int64: "int",
  regexp: "trigram",
  ...Object.fromEntries(["point", "polygon", "multiPolygon"].map((kind) => [kind, "geo"])),
};

function indexesOf(kind: Field["kind"], by: readonly string[], type: string, isUnique: boolean): string[] {
  const own = by.map((one) => indexNames[one] ?? one);
  // Dgraph indexes every enum, and every @id.
  if (kind === "enum" && own.length === 0) own.push("hash");
  if (isUnique && type !== "String") own.push("int");
  return [...new Set(own)].sort();
}

/** Fields of several types may share a predicate. It has the indexes of all of them. */
function merged(before: Predicate | undefined, { tokenizer = [], ...added }: Predicate): Predicate {
  const all = [...new Set([...(before?.tokenizer ?? []), ...tokenizer])].sort();
  return { ...added, ...before, ...(all.length > 0 && { index: true, tokenizer: all }) };
}
