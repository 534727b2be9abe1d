import { type DefinitionNode, type DocumentNode, type FieldDefinitionNode, isTypeExtensionNode, Kind } from "graphql";
import { geoTypes } from "./directives";
import { directiveOf, isComputed, isListOf, isRoot, isType, nameOf, textOf, type TypeNodes } from "./syntax";

const unsupportedDirectives = ["embedding", "key", "extends", "external", "requires", "provides"];
const maxListed = 10;

/** A message that names the features of a schema that only a real Dgraph supports; undefined if it uses none. */
export function unsupportedFeatures({ definitions }: DocumentNode): string | undefined {
  const names = [...new Set(definitions.flatMap(unsupportedInNode))];
  if (names.length === 0) return undefined;
  const listed = names.slice(0, maxListed).join(", ");
  const more = names.length > maxListed ? ` and ${names.length - maxListed} more` : "";
  return `the engine in memory does not support ${listed}${more}: start the local cloud with --engine dgraph, which supports all of Dgraph`;
}

function unsupportedInNode(node: DefinitionNode): string[] {
  if (isType(node)) return unsupportedInType(node);
  if (node.kind === Kind.SCHEMA_DEFINITION) return ["schema { … }"];
  if (node.kind === Kind.DIRECTIVE_DEFINITION) return [`directive @${node.name.value}`];
  if (isTypeExtensionNode(node)) return [`extend ${node.name.value}`];
  return [];
}

function unsupportedInType(node: TypeNodes): string[] {
  const type = node.name.value;
  const ofType = directivesOf(node).map((name) => `@${name} (${type})`);
  const isOpen = isRoot(node) || directiveOf(node, "remote") !== undefined;
  return [...ofType, ...(node.fields ?? []).flatMap((field) => unsupportedInField(field, type, isOpen))];
}

function unsupportedInField(field: FieldDefinitionNode, type: string, isOpen: boolean): string[] {
  const name = `${type}.${field.name.value}`;
  const directives = directivesOf(field);
  const found = directives.map((directive) => `@${directive} (${name})`);
  if (!isOpen && !isComputed(field) && directives.length === 0 && (field.arguments ?? []).length > 0)
    found.push(`arguments (${name})`);
  if (geoTypes.includes(nameOf(field.type)) && isListOf(field.type) && !isComputed(field) && !isOpen)
    found.push(`lists of ${nameOf(field.type)} (${name})`);
  const predicate = textOf(directiveOf(field, "dgraph"), "pred") ?? "";
  if (/^<?~/.test(predicate)) found.push(`@dgraph(pred: "~…") (${name})`);
  if (predicate.includes("@")) found.push(`languages in @dgraph(pred:) (${name})`);
  return found;
}

function directivesOf({ directives = [] }: TypeNodes | FieldDefinitionNode): string[] {
  return directives.map(({ name }) => name.value).filter((name) => unsupportedDirectives.includes(name));
}
