import { type DocumentNode, type FieldDefinitionNode, Kind, print } from "graphql/language";
import { directiveOf, listArgument, textArgument } from "./document";
import type { SchemaChange } from "./grades";
import type { Model, StoredType } from "./model";

/**
 * Types with one name in DQL and different rules of `@auth`. Dgraph keeps the rules by that name, so a type without rules can switch off
 * those of another one. Dgraph 25 refuses such types, and older versions take them.
 */
export function sharedRules(before: Model, after: Model): SchemaChange[] {
  const known = rulesByStoredName(before);
  return [...rulesByStoredName(after)].flatMap(([stored, rules]) => {
    const old = known.get(stored);
    if (old === undefined || new Set(rules.values()).size < 2) return [];
    const changed = [...rules].filter(([name, rule]) => old.get(name) !== rule);
    return changed.map(([name]): SchemaChange => {
      const others = [...rules.keys()].filter((one) => one !== name).join(", ");
      return {
        path: old.has(name) ? `${name}.@auth` : before.types.has(name) ? `${name}.@dgraph` : name,
        grade: "SECURITY",
        description: `${name} is the type ${stored} in Dgraph, as is ${others}, and their @auth differs: Dgraph keeps one set of rules for both`,
      };
    });
  });
}

/** The rules of the types of each name in DQL, by the name of the type. */
function rulesByStoredName(model: Model): Map<string, Map<string, string>> {
  const names = new Map<string, Map<string, string>>();
  for (const type of model.types.values())
    names.set(
      type.stored,
      (names.get(type.stored) ?? new Map<string, string>()).set(type.name, rulesOf(type, model).join("\n")),
    );
  return names;
}

/** The rules of a type, with those of its interfaces. */
function rulesOf({ node, interfaces }: StoredType, { types }: Model): string[] {
  const parents = interfaces.flatMap((name) => types.get(name)?.node ?? []);
  return [node, ...parents].flatMap((one) => directiveOf(one, "auth") ?? []).map(print);
}

/** Requests of `@custom` with secrets in their headers that go to another URL, or with other headers. */
export function changedRequests(before: DocumentNode, after: DocumentNode): SchemaChange[] {
  const known = fieldsOf(before);
  return [...fieldsOf(after)].flatMap(([path, field]): SchemaChange[] => {
    const old = known.get(path);
    const request = requestOf(field);
    if (old === undefined || request?.hasSecrets !== true) return [];
    const oldRequest = requestOf(old);
    if (oldRequest?.key === request.key) return [];
    const what = oldRequest === undefined ? "@custom added" : "URL or headers of @custom changed";
    return [
      {
        path: `${path}.@custom`,
        grade: "SECURITY",
        description: `${what}: the secrets of its headers (# Dgraph.Secret) are sent with these requests at once`,
      },
    ];
  });
}

/** New or changed queries in DQL, which read past the rules of the types. */
export function changedQueries(before: DocumentNode, after: DocumentNode, { types }: Model): SchemaChange[] {
  // A first schema has no data that a query could show.
  if (before.definitions.length === 0) return [];
  if (![...types.values()].some(({ node }) => directiveOf(node, "auth") !== undefined)) return [];
  const known = fieldsOf(before);
  return [...fieldsOf(after)].flatMap(([path, field]): SchemaChange[] => {
    const old = known.get(path);
    const query = queryOf(field);
    if (query === undefined || (old !== undefined && queryOf(old) === query)) return [];
    return [
      {
        path: old === undefined ? path : `${path}.@custom`,
        grade: "SECURITY",
        description: `${old === undefined ? "field added" : "@custom changed"}: its query in DQL reads data without the rules of @auth`,
      },
    ];
  });
}

/** The fields of all types by "Type.field". */
function fieldsOf({ definitions }: DocumentNode): Map<string, FieldDefinitionNode> {
  const fields = new Map<string, FieldDefinitionNode>();
  for (const node of definitions)
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION)
      for (const field of node.fields ?? []) fields.set(`${node.name.value}.${field.name.value}`, field);
  return fields;
}

function queryOf(field: FieldDefinitionNode): string | undefined {
  return textArgument(directiveOf(field, "custom"), "dql");
}

interface Request {
  /** Its URL and headers in a form to compare. It may hold secrets: never print it. */
  readonly key: string;
  readonly hasSecrets: boolean;
}

const headerLists = ["secretHeaders", "introspectionHeaders", "forwardHeaders"] as const;

function requestOf(field: FieldDefinitionNode): Request | undefined {
  const custom = directiveOf(field, "custom");
  const http = custom?.arguments?.find(({ name }) => name.value === "http")?.value;
  if (custom === undefined || http?.kind !== Kind.OBJECT) return undefined;
  const options = { ...custom, arguments: http.fields.map((one) => ({ ...one, kind: Kind.ARGUMENT }) as const) };
  const headers = headerLists.map((name) => [...(listArgument(options, name) ?? [])].sort());
  const [secrets = [], introspection = []] = headers;
  return {
    key: JSON.stringify([textArgument(options, "url"), headers]),
    hasSecrets: secrets.length > 0 || introspection.length > 0,
  };
}
