import { type DefinitionNode, type DocumentNode, type FieldDefinitionNode, Kind } from "graphql";
import { enumSearches, searches, unservedSearches } from "./directives";
import { argumentOf, directiveOf, isType, nameOf, textOf, type TypeNodes } from "./model";

const unservedDirectives = [
  ...[
    "auth",
    "custom",
    "lambda",
    "lambdaOnMutate",
    "remote",
    "remoteResponse",
    "generate",
    "secret",
    "withSubscription",
  ],
  ...["embedding", "key", "extends", "external", "requires", "provides"],
];
const geoTypes = ["Point", "Polygon", "MultiPolygon"];
const mostTold = 10;

/** What of a schema only a real Dgraph serves, in one sentence; undefined when there is nothing of it. */
export function unservedIn(document: DocumentNode, sdl: string): string | undefined {
  const found = [...settingsIn(sdl), ...document.definitions.flatMap((node) => unserved(node, document))];
  const names = [...new Set(found)];
  if (names.length === 0) return undefined;
  const told = names.slice(0, mostTold).join(", ");
  const more = names.length > mostTold ? ` and ${names.length - mostTold} more` : "";
  return `the engine in memory does not serve ${told}${more}: start the local cloud with --engine dgraph, which serves all that Dgraph does`;
}

/** Lines that Dgraph reads and GraphQL takes for comments. They hold secrets, so that only their names are told. */
function settingsIn(sdl: string): string[] {
  const names = sdl.matchAll(/^#\s*(Dgraph\.(?:Authorization|Allow-Origin|Secret))/gm);
  return [...names].map(([, name = ""]) => `# ${name}`);
}

function unserved(node: DefinitionNode, document: DocumentNode): string[] {
  if (isType(node)) return unservedInType(node, document);
  switch (node.kind) {
    case Kind.UNION_TYPE_DEFINITION:
      return [`union ${node.name.value}`];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return [`input ${node.name.value}`];
    case Kind.SCHEMA_DEFINITION:
      return ["schema { … }"];
    case Kind.DIRECTIVE_DEFINITION:
      return [`directive @${node.name.value}`];
    default:
      return [];
  }
}

function unservedInType(node: TypeNodes, document: DocumentNode): string[] {
  const type = node.name.value;
  const ofType = directivesOf(node).map((name) => `@${name} (${type})`);
  return [...ofType, ...(node.fields ?? []).flatMap((field) => unservedInField(field, type, document))];
}

function unservedInField(field: FieldDefinitionNode, type: string, document: DocumentNode): string[] {
  const name = `${type}.${field.name.value}`;
  const fieldType = nameOf(field.type);
  const directives = directivesOf(field);
  const found = directives.map((directive) => `@${directive} (${name})`);
  if (geoTypes.includes(fieldType) && !definedIn(document, fieldType)) found.push(`${fieldType} (${name})`);
  if (directives.length === 0 && (field.arguments ?? []).length > 0) found.push(`arguments (${name})`);
  const predicate = textOf(directiveOf(field, "dgraph"), "pred") ?? "";
  if (/^<?~/.test(predicate)) found.push(`@dgraph(pred: "~…") (${name})`);
  if (predicate.includes("@")) found.push(`languages in @dgraph(pred:) (${name})`);
  return [...found, ...unservedSearchesOf(field, document).map((by) => `@search(by: [${by}]) (${name})`)];
}

/** What does not fit the type at all is refused as Dgraph refuses it. */
function unservedSearchesOf(field: FieldDefinitionNode, document: DocumentNode): string[] {
  const by = argumentOf(directiveOf(field, "search"), "by");
  const given = by?.kind === Kind.LIST ? by.values.map((value) => ("value" in value ? String(value.value) : "")) : [];
  const found = given.filter((search) => unservedSearches.includes(search));
  if (found.length === 0) return [];
  const type = nameOf(field.type);
  const isEnum = document.definitions.some(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === type,
  );
  const fitting = isEnum ? enumSearches : (searches[type] ?? []);
  return found.filter((search) => fitting.includes(search));
}

function directivesOf({ directives = [] }: TypeNodes | FieldDefinitionNode): string[] {
  return directives.map(({ name }) => name.value).filter((name) => unservedDirectives.includes(name));
}

function definedIn({ definitions }: DocumentNode, type: string): boolean {
  return definitions.some((node) => "name" in node && node.name.value === type);
}
