import { type DocumentNode, type FieldDefinitionNode, Kind, type ObjectTypeDefinitionNode, print } from "graphql";
import { enumSearches, scalars, searches } from "./directives";
import type { Predicate } from "./predicates";
import {
  argumentOf,
  type Directed,
  directiveOf,
  isComputed,
  isListOf,
  isRoot,
  nameOf,
  printed,
  storedName,
  storedTypes,
  textOf,
  type TypeNodes,
} from "./syntax";

/** A field of a type, own or inherited. */
export interface Field {
  readonly name: string;
  /** The name of its type, without brackets and "!". */
  readonly type: string;
  /** Its type as written in the schema. */
  readonly text: string;
  readonly kind: "uid" | "scalar" | "enum" | "object" | "union";
  /** Whether its value comes from elsewhere, by `@custom` or `@lambda`: then it has no predicate. */
  readonly isComputed: boolean;
  /** Its arguments as written in the schema. Only a computed field has some. */
  readonly args: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  /** The predicate in which Dgraph stores it. */
  readonly predicate: string;
  /** Its kinds of search; empty if it has none. */
  readonly by: readonly string[];
  /** Whether Dgraph builds an index for its search: not for an empty list of kinds. */
  readonly isIndexed: boolean;
  /** Whether it is an `@id`. */
  readonly isUnique: boolean;
  /** The interface within which its values are unique, with `@id(interface: true)`. */
  readonly uniqueIn: string | undefined;
  readonly defaults: { readonly add?: string; readonly update?: string };
  /** Its `@deprecated` as written in the schema; empty without one. */
  readonly deprecated: string;
  /** The field of the other type that holds the same relation. */
  inverse: string | undefined;
  /** The predicate as the database has it, which may differ from the schema after a refused update. */
  stored: Predicate | undefined;
}

export interface ObjectType {
  readonly name: string;
  readonly isInterface: boolean;
  /** The interfaces it implements. */
  readonly interfaces: readonly string[];
  /** The stored names of its nodes: its own first, then those of its interfaces. */
  readonly stored: readonly string[];
  readonly fields: ReadonlyMap<string, Field>;
  /** The field of type ID, which shows the uid. */
  readonly uidField: Field | undefined;
  readonly uniqueFields: readonly Field[];
  /** The password of `@secret`, its own or that of an interface. */
  readonly secret: Secret | undefined;
  /** What `@generate` switches off: "get", "query", "password", "aggregate", "add", "update", "delete". */
  readonly omitted: readonly string[];
}

export interface Secret {
  readonly name: string;
  readonly predicate: string;
}

/** The types and enums of an uploaded schema. */
export interface Model {
  readonly types: ReadonlyMap<string, ObjectType>;
  readonly enums: ReadonlyMap<string, string>;
  /** The member types of each union. */
  readonly unions: ReadonlyMap<string, readonly string[]>;
  /** The definitions that become part of the API as they are: inputs, and what is `@remote`. */
  readonly verbatim: readonly string[];
  /** The fields of Query and Mutation, which are `@custom` or `@lambda`. */
  readonly rootFields: readonly RootField[];
}

export interface RootField {
  readonly root: string;
  readonly name: string;
  /** As written in the schema, without directives. */
  readonly text: string;
}

export const emptyModel: Model = {
  types: new Map(),
  enums: new Map(),
  unions: new Map(),
  verbatim: [],
  rootFields: [],
};

export function modelOf({ definitions }: DocumentNode): Model {
  const local = definitions.filter((node) => directiveOf(node as Directed, "remote") === undefined);
  const enums = new Map(
    local
      .filter((node) => node.kind === Kind.ENUM_TYPE_DEFINITION)
      .map((node) => [node.name.value, printed(node)] as const),
  );
  const unions = new Map(
    local
      .filter((node) => node.kind === Kind.UNION_TYPE_DEFINITION)
      .map((node) => [node.name.value, (node.types ?? []).map(({ name }) => name.value)] as const),
  );
  const nodes = storedTypes(definitions);
  const own = new Map<string, ReadonlyMap<string, Field>>();
  for (const node of nodes) own.set(node.name.value, ownFields(node, enums, unions));
  const types = new Map(nodes.map((node) => [node.name.value, typeOf(node, nodes, own)] as const));
  for (const { fields } of types.values())
    for (const field of fields.values()) {
      // A `@hasInverse` on one side applies to both.
      const other = field.inverse === undefined ? undefined : types.get(field.type)?.fields.get(field.inverse);
      if (other !== undefined) other.inverse ??= field.name;
    }
  const verbatim = definitions
    .filter((node) => node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || !local.includes(node))
    .map(printed);
  return { types, enums, unions, verbatim, rootFields: definitions.filter(isRoot).flatMap(rootFieldsOf) };
}

function rootFieldsOf({ name: root, fields = [] }: ObjectTypeDefinitionNode): RootField[] {
  return fields.map((field) => ({ root: root.value, name: field.name.value, text: printed(field) }));
}

/** The fields that a type has from its interfaces, in Dgraph's order: the last interface first. */
export function inheritedFields({ interfaces }: ObjectType, { types }: Model): Field[] {
  return [...interfaces].reverse().flatMap((name) => [...(types.get(name)?.fields.values() ?? [])]);
}

function typeOf(
  node: TypeNodes,
  nodes: readonly TypeNodes[],
  own: ReadonlyMap<string, ReadonlyMap<string, Field>>,
): ObjectType {
  const name = node.name.value;
  const interfaces = (node.interfaces ?? []).map((parent) => parent.name.value);
  // The definition of an interface takes precedence over a repetition in the type.
  const inherited = interfaces.flatMap((parent) => [...(own.get(parent) ?? [])]);
  const fields = new Map([...(own.get(name) ?? []), ...inherited]);
  const parents = nodes.filter((other) => interfaces.includes(other.name.value));
  return {
    name,
    isInterface: node.kind === Kind.INTERFACE_TYPE_DEFINITION,
    interfaces,
    stored: [storedName(node), ...parents.map(storedName)],
    fields,
    uidField: [...fields.values()].find(({ kind }) => kind === "uid"),
    uniqueFields: [...fields.values()].filter(({ isUnique }) => isUnique),
    secret: [node, ...parents].map(secretOf).find((secret) => secret !== undefined),
    omitted: omittedBy(node),
  };
}

function secretOf(node: TypeNodes): Secret | undefined {
  const secret = directiveOf(node, "secret");
  const name = textOf(secret, "field");
  return name === undefined ? undefined : { name, predicate: textOf(secret, "pred") ?? `${storedName(node)}.${name}` };
}

/** The queries and mutations that a `@generate` switches off. */
function omittedBy(node: TypeNodes): string[] {
  const given = ["query", "mutation"].flatMap((name) => {
    const value = argumentOf(directiveOf(node, "generate"), name);
    return value?.kind === Kind.OBJECT ? value.fields : [];
  });
  return given.filter(({ value }) => value.kind === Kind.BOOLEAN && !value.value).map(({ name }) => name.value);
}

type Names = Pick<ReadonlyMap<string, unknown>, "has">;

function ownFields(node: TypeNodes, enums: Names, unions: Names): Map<string, Field> {
  return new Map((node.fields ?? []).map((field) => [field.name.value, fieldOf(field, node, enums, unions)]));
}

function kindOf(type: string, enums: Names, unions: Names): Field["kind"] {
  if (type === "ID") return "uid";
  if (scalars.includes(type)) return "scalar";
  return enums.has(type) ? "enum" : unions.has(type) ? "union" : "object";
}

function fieldOf(field: FieldDefinitionNode, node: TypeNodes, enums: Names, unions: Names): Field {
  const name = field.name.value;
  const type = nameOf(field.type);
  const unique = directiveOf(field, "id");
  const interfaceOnly = argumentOf(unique, "interface");
  const inverse = directiveOf(field, "hasInverse");
  const inverseField = argumentOf(inverse, "field");
  return {
    name,
    type,
    text: print(field.type),
    kind: kindOf(type, enums, unions),
    isComputed: isComputed(field),
    args: (field.arguments ?? []).map(printed).join(", "),
    isList: isListOf(field.type),
    isRequired: field.type.kind === Kind.NON_NULL_TYPE,
    predicate: (textOf(directiveOf(field, "dgraph"), "pred") ?? `${storedName(node)}.${name}`).replace(/^<|>$/g, ""),
    by: searchedBy(field, type),
    isIndexed: !hasEmptySearch(field),
    isUnique: unique !== undefined,
    uniqueIn: interfaceOnly?.kind === Kind.BOOLEAN && interfaceOnly.value ? storedName(node) : undefined,
    defaults: { ...defaultOf(field, "add"), ...defaultOf(field, "update") },
    deprecated: (field.directives ?? [])
      .filter((one) => one.name.value === "deprecated")
      .map(print)
      .join(""),
    // Dgraph accepts a name and a string.
    inverse: inverseField !== undefined && "value" in inverseField ? String(inverseField.value) : undefined,
    stored: undefined,
  };
}

function defaultOf(field: FieldDefinitionNode, action: "add" | "update"): { add?: string; update?: string } {
  const given = argumentOf(directiveOf(field, "default"), action);
  const value = given?.kind === Kind.OBJECT ? given.fields.find((one) => one.name.value === "value")?.value : undefined;
  return value?.kind === Kind.STRING ? { [action]: value.value } : {};
}

function hasEmptySearch(field: FieldDefinitionNode): boolean {
  const by = argumentOf(directiveOf(field, "search"), "by");
  return by?.kind === Kind.LIST && by.values.length === 0;
}

/** The kinds of search, as Dgraph chooses them: the given ones, or the default of the type. An @id can always be searched by value. */
function searchedBy(field: FieldDefinitionNode, type: string): string[] {
  const search = directiveOf(field, "search");
  const isUnique = directiveOf(field, "id") !== undefined;
  if (search === undefined && !isUnique) return [];
  const [standard = "hash"] = searches[type] ?? enumSearches;
  if (search === undefined) return [type === "String" ? "hash" : standard];
  const by = argumentOf(search, "by");
  const given = by?.kind === Kind.LIST ? by.values.map((value) => ("value" in value ? String(value.value) : "")) : [];
  if (given.length === 0) return [standard];
  const more = isUnique && !given.includes("hash") && !given.includes("exact") ? ["hash"] : [];
  return [...given, ...more].sort();
}
