import {
  type ArgumentNode,
  type ASTNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type NameNode,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type StringValueNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  type TypeNode,
  visit,
} from "graphql/language";
import { wellFormed } from "../../errors/text";
import { settingsKey } from "./dgraphLines";

export type TypeNodes = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** Parses a schema into a form in which formatting, comments and order do not count. Throws a GraphQLError for a text that is no schema. */
export function parseSchema(text: string): DocumentNode {
  return normalized(parseInOrder(text));
}

/**
 * Parses a schema, and keeps the order of its definitions and fields. An extension becomes a definition with `@extends`, as in Dgraph.
 * Throws a GraphQLError for a text that is no schema.
 */
export function parseInOrder(text: string): DocumentNode {
  if (isBlank(text)) return { kind: Kind.DOCUMENT, definitions: [] };
  const { definitions } = parse(withoutEmptyArguments(wellFormed(text)), { noLocation: true });
  return { kind: Kind.DOCUMENT, definitions: withoutRepeatedFields(merged(definitions)) };
}

/** Removes the `()` of a directive without arguments, which Dgraph takes and graphql-js does not. Every other place stays where it is. */
export function withoutEmptyArguments(text: string): string {
  return text.replace(/(@\w+\s*)(\(\s*\))/g, (_, name: string, empty: string) => name + empty.replace(/[()]/g, " "));
}

/** Whether a text can be parsed. */
export function isReadable(text: string): boolean {
  try {
    parseSchema(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a text holds nothing but spaces, commas and comments. */
export function isBlank(text: string): boolean {
  return /^[\s,]*$/.test(text.replace(/#[^\n\r]*/g, ""));
}

/** Whether two texts mean the same to Dgraph: formatting, comments and order do not count, but the `# Dgraph.` lines do. */
export function isSameSchema(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return settingsKey(one) === settingsKey(other) && isSameDocument(parseSchema(one), parseSchema(other));
  } catch {
    // A text that cannot be parsed equals nothing but itself.
    return false;
  }
}

/** Whether two parsed schemas are the same. */
export function isSameDocument(one: DocumentNode, other: DocumentNode): boolean {
  return print(one) === print(other);
}

/** Adds the fields of its interfaces to each type. In Dgraph's style a type does not repeat them. */
export function withInheritedFields(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION
      ? { ...node, fields: [...inheritedFields(node, document.definitions), ...(node.fields ?? [])] }
      : node,
  );
  return { ...document, definitions };
}

export function directiveOf(
  { directives = [] }: { readonly directives?: readonly DirectiveNode[] },
  name: string,
): DirectiveNode | undefined {
  return directives.find((directive) => directive.name.value === name);
}

/** A string argument of a directive; undefined when it is missing or of another kind. */
export function textArgument(directive: DirectiveNode | undefined, name: string): string | undefined {
  const value = directive?.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** The values of a list argument of a directive; undefined when it is missing. */
export function listArgument(directive: DirectiveNode | undefined, name: string): string[] | undefined {
  const value = directive?.arguments?.find((argument) => argument.name.value === name)?.value;
  if (value?.kind !== Kind.LIST) return undefined;
  return value.values.flatMap((one) => ("value" in one ? [String(one.value)] : []));
}

export function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** Leaves out what a type repeats of its interfaces: Dgraph takes the interface's definition of such a field. */
function withoutRepeatedFields(definitions: readonly DefinitionNode[]): DefinitionNode[] {
  return definitions.map((node) => {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || (node.interfaces ?? []).length === 0) return node;
    const inherited = new Set(inheritedFields(node, definitions).map(({ name }) => name.value));
    return { ...node, fields: (node.fields ?? []).filter(({ name }) => !inherited.has(name.value)) };
  });
}

/** The fields that a type has from its interfaces, each once: several interfaces may have the same ID. */
function inheritedFields(
  { interfaces = [] }: ObjectTypeDefinitionNode,
  definitions: readonly DefinitionNode[],
): FieldDefinitionNode[] {
  if (interfaces.length === 0) return [];
  const names = new Set(interfaces.map(({ name }) => name.value));
  const fields = new Map<string, FieldDefinitionNode>();
  for (const node of definitions)
    if (node.kind === Kind.INTERFACE_TYPE_DEFINITION && names.has(node.name.value))
      for (const field of node.fields ?? []) if (!fields.has(field.name.value)) fields.set(field.name.value, field);
  return [...fields.values()];
}

/** Joins all definitions and extensions of a type into one definition. */
function merged(definitions: readonly DefinitionNode[]): DefinitionNode[] {
  const types = new Map<string, TypeDefinitionNode>();
  const others: DefinitionNode[] = [];
  for (const node of definitions) {
    if (!isTypeDefinitionNode(node) && !isTypeExtensionNode(node)) {
      others.push(node);
      continue;
    }
    const definition = asDefinition(node);
    const { value } = node.name;
    const known = types.get(value);
    types.set(value, known?.kind === definition.kind ? joined(known, definition) : definition);
  }
  return [...others, ...types.values()];
}

const extensionsOf = {
  [Kind.SCALAR_TYPE_EXTENSION]: Kind.SCALAR_TYPE_DEFINITION,
  [Kind.OBJECT_TYPE_EXTENSION]: Kind.OBJECT_TYPE_DEFINITION,
  [Kind.INTERFACE_TYPE_EXTENSION]: Kind.INTERFACE_TYPE_DEFINITION,
  [Kind.UNION_TYPE_EXTENSION]: Kind.UNION_TYPE_DEFINITION,
  [Kind.ENUM_TYPE_EXTENSION]: Kind.ENUM_TYPE_DEFINITION,
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: Kind.INPUT_OBJECT_TYPE_DEFINITION,
} as const;

const extendsDirective = {
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: "extends" },
  arguments: [],
} as const;

function asDefinition(node: TypeDefinitionNode | TypeExtensionNode): TypeDefinitionNode {
  if (isTypeDefinitionNode(node)) return node;
  const isOperation = node.name.value === "Query" || node.name.value === "Mutation";
  const directives = [...(node.directives ?? []), ...(isOperation ? [] : [extendsDirective])];
  return { ...node, kind: extensionsOf[node.kind], directives } as TypeDefinitionNode;
}

/** Two definitions of one kind, with the parts of both. */
function joined(one: TypeDefinitionNode, other: TypeDefinitionNode): TypeDefinitionNode {
  const parts = ["directives", "interfaces", "fields", "types", "values"] as const;
  const both: Record<string, unknown> = { ...one };
  for (const part of parts) {
    const lists = [one, other].map((node) => (node as Partial<Record<typeof part, readonly unknown[]>>)[part] ?? []);
    if (lists.some((list) => list.length > 0)) both[part] = lists.flat();
  }
  return both as unknown as TypeDefinitionNode;
}

/** The parts of nodes whose order means nothing. */
const unordered = ["arguments", "directives", "fields", "interfaces", "types", "values"] as const;

function normalized(document: DocumentNode): DocumentNode {
  const ordered = visit(document, {
    leave: (node) => {
      if (node.kind === Kind.STRING) return { ...node, block: false };
      if (node.kind === Kind.ARGUMENT && ["by", "field"].includes(node.name.value)) return withStrings(node);
      return withSortedParts(node);
    },
  });
  return { ...ordered, definitions: sortedBy(ordered.definitions, keyOfDefinition) };
}

function withSortedParts(node: ASTNode): ASTNode {
  const parts = node as unknown as Readonly<Partial<Record<string, unknown>>>;
  const lists = unordered.flatMap((part) => {
    const list = parts[part];
    return isNamedList(list) ? [[part, sortedBy(list, ({ name }) => name.value)] as const] : [];
  });
  return { ...node, ...Object.fromEntries(lists) };
}

function isNamedList(list: unknown): list is readonly { readonly name: NameNode }[] {
  return Array.isArray(list) && list.length > 0 && list.every((one: object) => "name" in one);
}

/** Dgraph reads a name as a string, as in `@search(by: [hash])` and `@hasInverse(field: author)`. */
function withStrings(node: ArgumentNode): ArgumentNode {
  if (node.value.kind !== Kind.LIST) return { ...node, value: asString(node.value) };
  return { ...node, value: { ...node.value, values: sortedBy(node.value.values.map(asString), print) } };
}

function asString<T extends ASTNode>(node: T): T | StringValueNode {
  return node.kind === Kind.ENUM ? { kind: Kind.STRING, value: node.value, block: false } : node;
}

function keyOfDefinition(node: DefinitionNode): string {
  return isTypeDefinitionNode(node) ? `${node.name.value} ${node.kind}` : ` ${print(node)}`;
}

function sortedBy<T>(nodes: readonly T[], keyOf: (node: T) => string): T[] {
  const keyed = nodes.map((node) => ({ node, key: keyOf(node) }));
  return keyed.sort((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key))).map(({ node }) => node);
}
