import {
  type ASTNode,
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  print,
  type TypeNode,
  visit,
} from "graphql";

export type TypeNodes = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export interface Directed {
  readonly directives?: readonly ConstDirectiveNode[];
}

/** The types whose nodes are stored: not Query and Mutation, and nothing that is `@remote`. */
export function storedTypes(definitions: DocumentNode["definitions"]): TypeNodes[] {
  return definitions.filter(isType).filter((node) => !isRoot(node) && directiveOf(node, "remote") === undefined);
}

export function isRoot(node: DocumentNode["definitions"][number]): node is ObjectTypeDefinitionNode {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION && ["Query", "Mutation"].includes(node.name.value);
}

/** Whether the value of a field comes from elsewhere. */
export function isComputed(field: FieldDefinitionNode): boolean {
  return ["custom", "lambda"].some((name) => directiveOf(field, name) !== undefined);
}

/** A part of a schema as text, without the directives that GraphQL does not know. */
export function printed(node: ASTNode): string {
  return print(visit(node, { Directive: ({ name }) => (name.value === "deprecated" ? undefined : null) }));
}

export function isType(node: { readonly kind: Kind }): node is TypeNodes {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

export function directiveOf({ directives = [] }: Directed, name: string): ConstDirectiveNode | undefined {
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
