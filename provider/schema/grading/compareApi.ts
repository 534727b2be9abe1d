import { type DocumentNode, Kind, parse } from "graphql/language";
import { outcomeOf, type Reported } from "./apiOutcomes";
import { operationTypes, prelude } from "./directives";
import { withInheritedFields } from "./document";
import type { SchemaChange } from "./grades";
import type { Model } from "./model";

// The comparison takes 80 ms to load, and most runs have no schema to compare.
const importTools = () => Promise.all([import("@graphql-inspector/core"), import("graphql")]);

interface Side {
  readonly document: DocumentNode;
  readonly model: Model;
}

/** What a change of schema means for clients: every difference, whatever it does to data. */
export async function compareApi(before: Side, after: Side): Promise<SchemaChange[]> {
  const [{ diff }, { buildASTSchema, concatAST }] = await importTools();
  const declared = parse(prelude);
  const schemaOf = ({ document }: Side): ReturnType<typeof buildASTSchema> => {
    const known = new Set(document.definitions.map((node) => `${node.kind} ${nameOf(node)}`));
    const others = declared.definitions.filter((node) => !known.has(`${node.kind} ${nameOf(node)}`));
    const whole = concatAST([{ kind: Kind.DOCUMENT, definitions: others }, withInheritedFields(document)]);
    return buildASTSchema(whole, { assumeValidSDL: true, assumeValid: true });
  };
  const reported: readonly Reported[] = await diff(schemaOf(before), schemaOf(after));
  const added = new Set(reported.filter(({ type }) => addedParts.test(type)).map(({ path = "" }) => path));
  return reported
    .filter((change) => !followsFromAnother(change, added) && !isInherited(change, before.model, after.model))
    .map((change) => ({ path: pathOf(change), ...outcomeOf(change) }));
}

/** Changes after which the inspector reports each part of what was added. */
const addedParts =
  /^(TYPE|FIELD|INPUT_FIELD|FIELD_ARGUMENT|ENUM_VALUE|DIRECTIVE_USAGE_(?!ARGUMENT_(ADDED|REMOVED))\w+)_ADDED$/;

/** Whether a change is part of a new type, field or directive, or repeats a change of a type. */
function followsFromAnother({ type, path = "", meta }: Reported, added: ReadonlySet<string>): boolean {
  if (parentsOf(path).some((parent) => added.has(parent))) return true;
  // A new type reports its interfaces and members under its own path.
  if (!addedParts.test(type) && added.has(path)) return true;
  if (/^SCHEMA_\w+_TYPE_CHANGED$/.test(type)) {
    // With the usual names, the type that comes or goes says it.
    const names = Object.values(meta as Record<string, unknown>).filter((name) => typeof name === "string");
    return names.every((name) => operationTypes.includes(name) || name === "unknown");
  }
  return false;
}

/** Whether a change of a type repeats one of an interface from which it has the field. */
function isInherited({ type, path = "", meta }: Reported, before: Model, after: Model): boolean {
  const [name = "", field = ""] = path.split(".");
  if (type === "OBJECT_TYPE_INTERFACE_REMOVED") {
    const { removedInterfaceName } = meta as { readonly removedInterfaceName: string };
    return !after.types.has(removedInterfaceName) && before.types.has(removedInterfaceName);
  }
  const one = ownerOf(before, name, field);
  const other = ownerOf(after, name, field);
  if (one === undefined && other === undefined) return false;
  if (other !== undefined) return other !== name;
  // The field went with its interface, or was removed from it.
  const parent = one === undefined || one === name ? undefined : one;
  return (
    parent !== undefined && (!after.types.has(parent) || after.types.get(name)?.interfaces.includes(parent) === true)
  );
}

function ownerOf({ types }: Model, name: string, field: string): string | undefined {
  return types.get(name)?.fields.get(field)?.owner;
}

/** The path that consent names: without the arguments of a directive, and with the interface that a type implements. */
function pathOf({ type, path, meta }: Reported): string {
  const names = meta as { readonly addedInterfaceName?: string; readonly removedInterfaceName?: string };
  if (type === "OBJECT_TYPE_INTERFACE_ADDED" || type === "OBJECT_TYPE_INTERFACE_REMOVED")
    return `${path ?? ""}.implements.${names.addedInterfaceName ?? names.removedInterfaceName ?? ""}`;
  return (path ?? "schema").replace(/^\./, "schema.").replace(/(@\w+)\..*$/, "$1");
}

function parentsOf(path: string): string[] {
  const parts = path.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}

function nameOf(node: object): string {
  return (node as { readonly name?: { readonly value: string } }).name?.value ?? "";
}
