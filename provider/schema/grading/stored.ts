import type { FieldDefinitionNode } from "graphql/language";
import { directiveOf, listArgument, textArgument, type TypeNodes } from "./document";

/** What the type of a field is. */
export type Target = "id" | "scalar" | "enum" | "object" | "union";

/** How Dgraph stores a field. */
export interface Stored {
  /** The name as the schema gives it: "User.name", or "film.name@en" for one language, or "~film.director" for edges read backwards. */
  readonly source: string;
  /** The predicate that holds the values: "User.name", "film.name", "film.director". */
  readonly predicate: string;
  /** Whether the field reads the edges of another field backwards, and holds no values of its own. */
  readonly isReverse: boolean;
  /** The type in DQL, without brackets: "string", "int", "uid". */
  readonly type: string;
  readonly isList: boolean;
  readonly tokenizers: readonly string[];
  readonly isUpsert: boolean;
}

const scalarTypes: Readonly<Record<string, string>> = {
  ID: "string",
  Int: "int",
  Int64: "int",
  Float: "float",
  String: "string",
  Boolean: "bool",
  DateTime: "datetime",
  Point: "geo",
  Polygon: "geo",
  MultiPolygon: "geo",
};

/** The tokenizer of `@search` without `by`. */
const defaultTokenizers: Readonly<Record<string, string>> = {
  Int: "int",
  Int64: "int",
  Float: "float",
  String: "term",
  Boolean: "bool",
  DateTime: "year",
  Point: "geo",
  Polygon: "geo",
  MultiPolygon: "geo",
};

/** Searches whose tokenizer in DQL has another name. */
const tokenizersOf: Readonly<Record<string, string>> = { int64: "int", regexp: "trigram" };

interface Declared {
  readonly field: FieldDefinitionNode;
  /** The type or interface that declares the field, and its name in DQL. */
  readonly owner: TypeNodes;
  readonly stored: string;
  readonly type: string;
  readonly target: Target;
  readonly isList: boolean;
  /** The `@external` fields of the owner that Dgraph stores all the same. */
  readonly provided: ReadonlySet<string> | undefined;
}

/** How Dgraph stores a field; undefined for one without a predicate. */
export function predicateOf(declared: Declared): Stored | undefined {
  const { field, owner, stored, type, target, provided } = declared;
  const has = (name: string): boolean => directiveOf(field, name) !== undefined;
  if (has("custom") || has("lambda")) return undefined;
  const isKey = has("external") && textArgument(directiveOf(owner, "key"), "fields") === field.name.value;
  if (has("external") && !isKey && provided?.has(field.name.value) !== true) return undefined;
  if (type === "ID" && !isKey) return undefined;

  const source = (textArgument(directiveOf(field, "dgraph"), "pred") ?? `${stored}.${field.name.value}`).replace(
    /[<>]/g,
    "",
  );
  const isGeo = scalarTypes[type] === "geo";
  const isUid = (target === "object" || target === "union") && !isGeo;
  const isUpsert = !isUid && (has("id") || type === "ID");
  return {
    source,
    predicate: source.replace(/^~/, "").replace(/@.*$/, ""),
    isReverse: source.startsWith("~"),
    type: isUid ? "uid" : has("embedding") ? "float32vector" : target === "enum" ? "string" : (scalarTypes[type] ?? ""),
    // Dgraph stores places and vectors as one value.
    isList: declared.isList && !isGeo && !has("embedding"),
    tokenizers: isUid ? [] : tokenizersFor(declared, isUpsert),
    isUpsert,
  };
}

function tokenizersFor({ field, type, target }: Declared, isUpsert: boolean): string[] {
  const search = directiveOf(field, "search");
  const by = listArgument(search, "by");
  const tokenizers = new Set((by ?? []).map((one) => tokenizerOf(one)));
  if (target === "enum") {
    if (by === undefined) tokenizers.add("hash");
  } else if (search !== undefined && by === undefined) {
    const tokenizer = defaultTokenizers[type];
    if (tokenizer !== undefined) tokenizers.add(tokenizer);
  }
  if (isUpsert && (type === "Int" || type === "Int64")) tokenizers.add("int");
  if (isUpsert && (type === "String" || type === "ID") && !tokenizers.has("exact")) tokenizers.add("hash");
  return [...tokenizers].sort();
}

/** `hnsw(metric: "euclidean")` is the tokenizer hnsw. */
function tokenizerOf(search: string): string {
  const name = search.replace(/\(.*$/s, "").trim();
  return tokenizersOf[name] ?? name;
}
