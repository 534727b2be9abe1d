import { type DocumentNode, type FieldDefinitionNode, Kind, type TypeNode } from "graphql/language";
import { operationTypes } from "./directives";
import { directiveOf, namedType, textArgument, type TypeNodes } from "./document";
import { predicateOf, type Stored, type Target } from "./stored";

/** A field of a type or an interface, as it defines it. */
export interface Field {
  readonly name: string;
  /** The type or interface that defines it. */
  readonly owner: string;
  readonly node: FieldDefinitionNode;
  /** The name of its type, without brackets and "!". */
  readonly type: string;
  /** What its type is. */
  readonly target: Target;
  readonly isList: boolean;
  readonly isNonNull: boolean;
  /** Undefined for a field without a predicate: an ID, a computed field, a field of another service. */
  readonly stored: Stored | undefined;
}

export type StoredField = Field & { readonly stored: Stored };

/** An object type or an interface whose nodes Dgraph stores. */
export interface StoredType {
  readonly name: string;
  readonly node: TypeNodes;
  readonly isInterface: boolean;
  /** The name of the type in DQL. */
  readonly stored: string;
  readonly interfaces: readonly string[];
  /** The fields that the type defines itself. */
  readonly own: ReadonlyMap<string, Field>;
  /** The fields of the type, with those of its interfaces. */
  readonly fields: ReadonlyMap<string, Field>;
  /** The predicate of the password that the type declares with `@secret`. */
  readonly secret: { readonly field: string; readonly predicate: string } | undefined;
}

/** What Dgraph stores for a schema. */
export interface Model {
  readonly types: ReadonlyMap<string, StoredType>;
  /** Types with `@remote`, which are not stored. */
  readonly remote: ReadonlySet<string>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** The member types of each union. */
  readonly unions: ReadonlyMap<string, readonly string[]>;
}

export function modelOf(document: DocumentNode): Model {
  const nodes = document.definitions.filter(
    (node): node is TypeNodes =>
      (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION) &&
      !operationTypes.includes(node.name.value),
  );
  const remote = new Set<string>();
  const enums = new Map<string, readonly string[]>();
  const unions = new Map<string, readonly string[]>();
  for (const node of document.definitions)
    if (node.kind === Kind.ENUM_TYPE_DEFINITION)
      enums.set(
        node.name.value,
        (node.values ?? []).map(({ name }) => name.value),
      );
    else if (node.kind === Kind.UNION_TYPE_DEFINITION)
      unions.set(
        node.name.value,
        (node.types ?? []).map(({ name }) => name.value),
      );
  for (const node of nodes) if (directiveOf(node, "remote") !== undefined) remote.add(node.name.value);

  const targets = new Map<string, Target>([["ID", "id"]]);
  for (const name of enums.keys()) targets.set(name, "enum");
  for (const name of unions.keys()) targets.set(name, "union");
  for (const { name } of nodes) targets.set(name.value, "object");
  const provided = providedFields(nodes);
  const definitions = new Map(nodes.map((node) => [node.name.value, node]));
  const own = new Map(nodes.map((node) => [node, ownFields(node, targets, provided)]));
  const types = new Map<string, StoredType>();
  for (const node of nodes)
    if (!remote.has(node.name.value)) types.set(node.name.value, typeOf(node, definitions, own));
  return { types, remote, enums, unions };
}

export function isStored(field: Field): field is StoredField {
  return field.stored !== undefined;
}

function isListType(type: TypeNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE ? isListType(type.type) : type.kind === Kind.LIST_TYPE;
}

function typeOf(
  node: TypeNodes,
  definitions: ReadonlyMap<string, TypeNodes>,
  own: ReadonlyMap<TypeNodes, ReadonlyMap<string, Field>>,
): StoredType {
  const stored = storedName(node);
  const parents = parentsOf(node, definitions);
  const secret = directiveOf(node, "secret");
  const password = textArgument(secret, "field");
  const ownFields = own.get(node) ?? new Map<string, Field>();
  return {
    name: node.name.value,
    node,
    isInterface: node.kind === Kind.INTERFACE_TYPE_DEFINITION,
    stored,
    interfaces: parents.map(({ name }) => name.value),
    own: ownFields,
    // Dgraph refuses two interfaces with a field of one name, but for IDs.
    fields: new Map([...parents.flatMap((parent) => [...(own.get(parent) ?? [])]), ...ownFields]),
    secret:
      password === undefined
        ? undefined
        : { field: password, predicate: textArgument(secret, "pred") ?? `${stored}.${password}` },
  };
}

function ownFields(
  node: TypeNodes,
  targets: ReadonlyMap<string, Target>,
  provided: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, Field> {
  const owner = node.name.value;
  const own = new Map<string, Field>();
  for (const field of node.fields ?? []) {
    const name = field.name.value;
    const type = namedType(field.type);
    const target = targets.get(type) ?? "scalar";
    const isList = isListType(field.type);
    own.set(name, {
      name,
      owner,
      node: field,
      type,
      target,
      isList,
      isNonNull: field.type.kind === Kind.NON_NULL_TYPE,
      stored: predicateOf({
        field,
        owner: node,
        stored: storedName(node),
        type,
        target,
        isList,
        provided: provided.get(owner),
      }),
    });
  }
  return own;
}

/** The interfaces that a type implements, as far as the schema defines them. */
function parentsOf(node: TypeNodes, definitions: ReadonlyMap<string, TypeNodes>): TypeNodes[] {
  return (node.interfaces ?? [])
    .map(({ name }) => definitions.get(name.value))
    .filter((parent) => parent !== undefined);
}

function storedName(node: TypeNodes): string {
  return textArgument(directiveOf(node, "dgraph"), "type") ?? node.name.value;
}

/** The fields of each type that another type's `@provides` names: Dgraph stores these although they are `@external`. */
function providedFields(nodes: readonly TypeNodes[]): Map<string, Set<string>> {
  const provided = new Map<string, Set<string>>();
  for (const field of nodes.flatMap(({ fields = [] }) => fields)) {
    const names = textArgument(directiveOf(field, "provides"), "fields")?.split(/\s+/) ?? [];
    const type = namedType(field.type);
    provided.set(type, new Set([...(provided.get(type) ?? []), ...names]));
  }
  return provided;
}
