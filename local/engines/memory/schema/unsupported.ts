import { type DefinitionNode, type DocumentNode, type FieldDefinitionNode, Kind } from "graphql";
import { enumSearches, searches, unsupportedSearches } from "./directives";
import { argumentOf, directiveOf, isType, nameOf, textOf, type TypeNodes } from "./model";

const unsupportedDirectives = [
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
const maxListed = 10;

/** A message that names the features of a schema that only a real Dgraph supports; undefined if it uses none. */
export function unsupportedFeatures(document: DocumentNode, sdl: string): string | undefined {
  const found = [...settingsIn(sdl), ...document.definitions.flatMap((node) => unsupportedInNode(node, document))];
  const names = [...new Set(found)];
  if (names.length === 0) return undefined;
  const listed = names.slice(0, maxListed).join(", ");
  const more = names.length > maxListed ? ` and ${names.length - maxListed} more` : "";
  return `the engine in memory does not support ${listed}${more}: start the local cloud with --engine dgraph, which supports all of Dgraph`;
}

/** Settings in comments of a schema. They hold secrets, so only their names are shown. */
function settingsIn(sdl: string): string[] {
  const names = sdl.matchAll(/^#\s*(Dgraph\.(?:Authorization|Allow-Origin|Secret))/gm);
  return [...names].map(([, name = ""]) => `# ${name}`);
}

function unsupportedInNode(node: DefinitionNode, document: DocumentNode): string[] {
  if (isType(node)) return unsupportedInType(node, document);
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

function unsupportedInType(node: TypeNodes, document: DocumentNode): string[] {
  const type = node.name.value;
  const ofType = directivesOf(node).map((name) => `@${name} (${type})`);
  return [...ofType, ...(node.fields ?? []).flatMap((field) => unsupportedInField(field, type, document))];
}

function unsupportedInField(field: FieldDefinitionNode, type: string, document: DocumentNode): string[] {
  const name = `${type}.${field.name.value}`;
  const fieldType = nameOf(field.type);
  const directives = directivesOf(field);
  const found = directives.map((directive) => `@${directive} (${name})`);
  if (geoTypes.includes(fieldType) && !definedIn(document, fieldType)) found.push(`${fieldType} (${name})`);
  if (directives.length === 0 && (field.arguments ?? []).length > 0) found.push(`arguments (${name})`);
  const predicate = textOf(directiveOf(field, "dgraph"), "pred") ?? "";
  if (/^<?~/.test(predicate)) found.push(`@dgraph(pred: "~…") (${name})`);
  if (predicate.includes("@")) found.push(`languages in @dgraph(pred:) (${name})`);
  return [...found, ...unsupportedSearchesOf(field, document).map((by) => `@search(by: [${by}]) (${name})`)];
}

/** The unsupported kinds of search that fit the type of the field. The others are refused as by Dgraph. */
function unsupportedSearchesOf(field: FieldDefinitionNode, document: DocumentNode): string[] {
  const by = argumentOf(directiveOf(field, "search"), "by");
  const given = by?.kind === Kind.LIST ? by.values.map((value) => ("value" in value ? String(value.value) : "")) : [];
  const found = given.filter((search) => unsupportedSearches.includes(search));
  if (found.length === 0) return [];
  const type = nameOf(field.type);
  const isEnum = document.definitions.some(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === type,
  );
  const allowed = isEnum ? enumSearches : (searches[type] ?? []);
  return found.filter((search) => allowed.includes(search));
}

function directivesOf({ directives = [] }: TypeNodes | FieldDefinitionNode): string[] {
  return directives.map(({ name }) => name.value).filter((name) => unsupportedDirectives.includes(name));
}

function definedIn({ definitions }: DocumentNode, type: string): boolean {
  return definitions.some((node) => "name" in node && node.name.value === type);
}
