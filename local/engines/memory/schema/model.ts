import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  print,
  type TypeNode,
} from "graphql";
import { enumSearches, scalars, searches } from "./directives";

export type TypeNodes = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** A field of a type, own or inherited. */
export interface Field {
  readonly name: string;
  /** The name of its type, without brackets and "!". */
  readonly type: string;
  /** Its type as written in the schema. */
  readonly text: string;
  readonly kind: "uid" | "scalar" | "enum" | "object";
  readonly isList: boolean;
  readonly isRequired: boolean;
  /** The predicate in which Dgraph stores it. */
  readonly predicate: string;
  /** Its kinds of search; empty if it has none. */
  readonly by: readonly string[];
  /** Whether it is an `@id`. */
  readonly isUnique: boolean;
  /** The interface within which its values are unique, with `@id(interface: true)`. */
  readonly uniqueIn: string | undefined;
  readonly defaults: { readonly add?: string; readonly update?: string };
  /** Its `@deprecated` as written in the schema; empty without one. */
  readonly deprecated: string;
  /** The field of the other type that holds the same relation. */
  inverse: string | undefined;
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
}

/** The types and enums of an uploaded schema. */
export interface Model {
  readonly types: ReadonlyMap<string, ObjectType>;
  readonly enums: ReadonlyMap<string, string>;
}

export function modelOf({ definitions }: DocumentNode): Model {
  const enums = new Map(
    definitions
      .filter((node) => node.kind === Kind.ENUM_TYPE_DEFINITION)
      .map((node) => [node.name.value, print(node)] as const),
  );
  const nodes = definitions.filter(isType);
  const own = new Map<string, ReadonlyMap<string, Field>>();
  for (const node of nodes) own.set(node.name.value, ownFields(node, enums));
  const types = new Map(nodes.map((node) => [node.name.value, typeOf(node, nodes, own)] as const));
  for (const { fields } of types.values())
    for (const field of fields.values()) {
      // A `@hasInverse` on one side applies to both.
      const other = field.inverse === undefined ? undefined : types.get(field.type)?.fields.get(field.inverse);
      if (other !== undefined) other.inverse ??= field.name;
    }
  return { types, enums };
}

export function isType(node: { readonly kind: Kind }): node is TypeNodes {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

export function directiveOf(
  { directives = [] }: { readonly directives?: readonly ConstDirectiveNode[] },
  name: string,
): ConstDirectiveNode | undefined {
  return directives.find((directive) => directive.name.value === name);
}

export function argumentOf(
  directive: ConstDirectiveNode | undefined,
  name: string,
): ConstArgumentNode["value"] | undefined {
  return directive?.arguments?.find((argument) => argument.name.value === name)?.value;
}

/** A string argument; undefined when it is missing, empty or not a string. */
export function textOf(directive: ConstDirectiveNode | undefined, name: string): string | undefined {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.STRING && value.value !== "" ? value.value : undefined;
}

export function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

export function isListOf(type: TypeNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE ? isListOf(type.type) : type.kind === Kind.LIST_TYPE;
}

export function storedName(node: TypeNodes): string {
  return textOf(directiveOf(node, "dgraph"), "type") ?? node.name.value;
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
  };
}

function ownFields(node: TypeNodes, enums: ReadonlyMap<string, string>): Map<string, Field> {
  return new Map((node.fields ?? []).map((field) => [field.name.value, fieldOf(field, node, enums)]));
}

function fieldOf(field: FieldDefinitionNode, node: TypeNodes, enums: ReadonlyMap<string, string>): Field {
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
    kind: type === "ID" ? "uid" : scalars.includes(type) ? "scalar" : enums.has(type) ? "enum" : "object",
    isList: isListOf(field.type),
    isRequired: field.type.kind === Kind.NON_NULL_TYPE,
    predicate: (textOf(directiveOf(field, "dgraph"), "pred") ?? `${storedName(node)}.${name}`).replace(/^<|>$/g, ""),
    by: searchedBy(field, type),
    isUnique: unique !== undefined,
    uniqueIn: interfaceOnly?.kind === Kind.BOOLEAN && interfaceOnly.value ? storedName(node) : undefined,
    defaults: { ...defaultOf(field, "add"), ...defaultOf(field, "update") },
    deprecated: (field.directives ?? [])
      .filter((one) => one.name.value === "deprecated")
      .map(print)
      .join(""),
    // Dgraph accepts a name and a string.
    inverse: inverseField !== undefined && "value" in inverseField ? String(inverseField.value) : undefined,
  };
}

function defaultOf(field: FieldDefinitionNode, action: "add" | "update"): { add?: string; update?: string } {
  const given = argumentOf(directiveOf(field, "default"), action);
  const value = given?.kind === Kind.OBJECT ? given.fields.find((one) => one.name.value === "value")?.value : undefined;
  return value?.kind === Kind.STRING ? { [action]: value.value } : {};
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
