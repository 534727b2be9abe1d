import {
  type DirectiveNode,
  type FieldDefinitionNode,
  Kind,
  type InterfaceTypeDefinitionNode,
  type InterfaceTypeExtensionNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  type TypeNode,
} from "graphql/language";
import type { StoredNames } from "../api/dataAnswers";

/** The names under which Dgraph stores the data of a GraphQL schema. */
export interface SchemaNames extends StoredNames {
  /** From `Type` or `Type.field` in GraphQL to the stored name, where the two differ. */
  readonly storedAs: ReadonlyMap<string, string>;
}

type Definition =
  ObjectTypeDefinitionNode | ObjectTypeExtensionNode | InterfaceTypeDefinitionNode | InterfaceTypeExtensionNode;

const operations = ["Query", "Mutation", "Subscription"];

/**
 * The names that Dgraph stores for a schema: a type under its own name or `@dgraph(type:)`, a field under `@dgraph(pred:)` or the name of
 * the type or interface that defines it, a dot, and its own. Throws when the text is no schema.
 */
export function namesIn(schema: string): SchemaNames {
  const definitions = schema.trim() === "" ? [] : parse(schema, { noLocation: true }).definitions.filter(isStored);
  const types = new Set<string>();
  const fields = new Set<string>();
  const storedAs = new Map<string, string>();
  for (const definition of definitions) {
    const name = definition.name.value;
    const type = storedType(definition, definitions);
    types.add(type);
    if (type !== name) storedAs.set(name, type);
    for (const [field, predicate] of predicatesOf(definition, definitions)) {
      fields.add(predicate);
      if (predicate !== `${name}.${field}`) storedAs.set(`${name}.${field}`, predicate);
    }
  }
  return { types: [...types], fields: [...fields], storedAs };
}

function isStored(node: { readonly kind: Kind }): node is Definition {
  const isType =
    node.kind === Kind.OBJECT_TYPE_DEFINITION ||
    node.kind === Kind.OBJECT_TYPE_EXTENSION ||
    node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    node.kind === Kind.INTERFACE_TYPE_EXTENSION;
  if (!isType) return false;
  const { name, directives = [] } = node as Definition;
  return !operations.includes(name.value) && !directives.some((directive) => directive.name.value === "remote");
}

function storedType({ name }: Definition, definitions: readonly Definition[]): string {
  const same = definitions.filter((definition) => definition.name.value === name.value);
  return argumentOf(same.flatMap(directivesOf), "dgraph", "type") ?? name.value;
}

/** The predicate of each field of a type, including the fields of its interfaces. */
function predicatesOf(definition: Definition, definitions: readonly Definition[]): Map<string, string> {
  const found = new Map<string, string>();
  // A field of an interface is stored under the interface's name, even if the type repeats it.
  for (const { name } of definition.interfaces ?? []) {
    for (const parent of definitions.filter((other) => other.name.value === name.value && other !== definition))
      for (const [field, predicate] of predicatesOf({ ...parent, interfaces: [] }, definitions))
        if (!found.has(field)) found.set(field, predicate);
  }
  const type = storedType(definition, definitions);
  for (const field of definition.fields ?? []) {
    const predicate = predicateOf(field, type);
    if (predicate !== undefined && !found.has(field.name.value)) found.set(field.name.value, predicate);
  }
  const secret = argumentOf(directivesOf(definition), "secret", "field");
  if (secret !== undefined)
    found.set(secret, argumentOf(directivesOf(definition), "secret", "pred") ?? `${type}.${secret}`);
  return found;
}

/** Undefined for a computed field and for the node's own uid. */
function predicateOf(field: FieldDefinitionNode, type: string): string | undefined {
  const directives = directivesOf(field);
  const isComputed = directives.some(({ name }) => name.value === "custom" || name.value === "lambda");
  if (isComputed || nameOf(field.type) === "ID") return undefined;
  const predicate = argumentOf(directives, "dgraph", "pred");
  // "~film.director" and "film.name@en" read "film.director" backwards and "film.name" in English.
  return predicate === undefined ? `${type}.${field.name.value}` : predicate.replace(/^<?~?<?|>$|@[^@]*$/g, "");
}

function directivesOf({
  directives = [],
}: {
  readonly directives?: readonly DirectiveNode[];
}): readonly DirectiveNode[] {
  return directives;
}

function argumentOf(directives: readonly DirectiveNode[], directive: string, argument: string): string | undefined {
  const given = directives.find(({ name }) => name.value === directive)?.arguments ?? [];
  const value = given.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING && value.value !== "" ? value.value : undefined;
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
