import { type DocumentNode, Kind } from "graphql/language";
import type { LiveSchema, StoredTypes } from "../../../provider/api/dataAnswers";
import { presentable } from "../../../provider/resource/messages";
import { dgraphLinesOf } from "../../../provider/schema/grading/dgraphLines";
import { isBlank, parseSchema } from "../../../provider/schema/grading/document";
import { equals, nodes } from "../../../provider/schema/grading/dql";
import { modelOf, type StoredType } from "../../../provider/schema/grading/model";
import { shortList } from "./text";

/** A type whose nodes can be counted. */
export interface Countable {
  /** For a reader: its name in GraphQL, or else its name in Dgraph. */
  readonly type: string;
  /** Its name in Dgraph. */
  readonly stored: string;
}

/** What to count in DQL. */
export interface DqlCounts {
  readonly types: readonly Countable[];
  /** One head for each type, and as the last one that of all types together, in which each node counts once. None without types. */
  readonly heads: readonly string[];
  readonly unknown: readonly string[];
}

/** What to count in GraphQL. */
export interface GraphqlCounts {
  /** With the name that the query has. */
  readonly types: readonly (Countable & { readonly name: string })[];
  readonly unknown: readonly string[];
}

/**
 * All types that Dgraph has, also those that only an earlier schema had. Interfaces are left out: their nodes have the type of an object as
 * well.
 */
export function countsInDql(text: string, { types, predicates }: StoredTypes): DqlCounts {
  const schema = schemaIn(text);
  const objects = schema?.objects ?? new Map<string, readonly StoredType[]>();
  const own = types.filter(({ name }) => !isInternal(name));
  const stored = [...new Set([...objects.keys(), ...own.map(({ name }) => name)])].sort();
  const countable = stored
    .filter((name) => objects.has(name) || schema?.interfaces.has(name) !== true)
    .map((name): Countable => ({ type: nameOf(objects.get(name)) ?? presentable(name), stored: name }));
  const typed = new Set(own.flatMap((type) => type.predicates));
  const loose = predicates.filter((name) => !isInternal(name) && !typed.has(name));
  const unknown = `nodes without a type are not counted: they may have values of ${shortList(loose.sort().map(presentable), "predicate")}`;
  return {
    types: countable,
    heads: stored.length === 0 ? [] : [...countable.map((one) => ofTypes([one.stored])), ofTypes(stored)],
    unknown: loose.length === 0 ? [] : [unknown],
  };
}

/** The object types of the schema, except those of which GraphQL would not count all nodes. */
export function countsInGraphql({ schema: text, generatedSchema }: LiveSchema): GraphqlCounts {
  const nothing = (why: string): GraphqlCounts => ({ types: [], unknown: [`the nodes cannot be counted: ${why}`] });
  const schema = schemaIn(text);
  if (schema === undefined) return nothing("this version cannot read its GraphQL schema");
  if (isBlank(text)) return nothing("it has no GraphQL schema, and does not answer DQL");
  if (isClosed(text))
    return nothing("its schema is closed by default, so it answers only the users of its applications");
  const offered = new Set([...generatedSchema.matchAll(/\baggregate(\w+)\s*[(:]/g)].map(([, name]) => name));
  const types: GraphqlCounts["types"][number][] = [];
  const hidden: string[] = [];
  const without: string[] = [];
  for (const [stored, members] of schema.objects) {
    const type = nameOf(members) ?? stored;
    const counted = members.find(({ name }) => offered.has(name) && !schema.queries.has(`aggregate${name}`));
    // Dgraph keeps the rules of @auth by the stored name, so those of one type apply to all.
    if (members.some((member) => schema.hidesNodes(member))) hidden.push(type);
    else if (counted === undefined) without.push(type);
    else types.push({ type, stored, name: counted.name });
  }
  return {
    types,
    unknown: [
      ...notCounted(hidden, (their) => `${their} @auth rules hide nodes`),
      ...notCounted(without, (their) => `${their} aggregate query is switched off`),
    ],
  };
}

/** The nodes with any of these types. Unlike `type(…)`, this takes a name with any characters. */
function ofTypes(names: readonly string[]): string {
  return nodes(equals("dgraph.type", names));
}

/** One sentence about types that cannot be counted; none without types. */
export function notCounted(types: readonly string[], why: (their: "its" | "their") => string): string[] {
  if (types.length === 0) return [];
  return [`${shortList(types)} cannot be counted: ${why(types.length === 1 ? "its" : "their")}`];
}

/** What a schema says about counting. */
interface Schema {
  /** The object types, by their name in Dgraph, which several can share. */
  readonly objects: ReadonlyMap<string, readonly StoredType[]>;
  /** The names of interfaces in Dgraph. */
  readonly interfaces: ReadonlySet<string>;
  /** The queries that the schema defines itself. */
  readonly queries: ReadonlySet<string>;
  /** Whether rules of `@auth` hide nodes of a type: its own, or those of its interfaces. */
  readonly hidesNodes: (type: StoredType) => boolean;
}

/** Undefined for a text that cannot be read. */
function schemaIn(text: string): Schema | undefined {
  let document: DocumentNode;
  try {
    document = parseSchema(text);
  } catch {
    return undefined;
  }
  const { types } = modelOf(document);
  const all = [...types.values()];
  const objects = new Map<string, StoredType[]>();
  for (const type of all.filter(({ isInterface }) => !isInterface))
    objects.set(type.stored, [...(objects.get(type.stored) ?? []), type]);
  const query = document.definitions.find(
    (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === "Query",
  );
  const fields = query?.kind === Kind.OBJECT_TYPE_DEFINITION ? (query.fields ?? []) : [];
  return {
    objects,
    interfaces: new Set(all.filter(({ isInterface }) => isInterface).map(({ stored }) => stored)),
    queries: new Set(fields.map(({ name }) => name.value)),
    hidesNodes: (type) => [type, ...type.interfaces.flatMap((name) => types.get(name) ?? [])].some(hasQueryRules),
  };
}

function hasQueryRules({ node: { directives = [] } }: StoredType): boolean {
  const rules = directives.filter(({ name }) => name.value === "auth").flatMap((auth) => auth.arguments ?? []);
  return rules.some(({ name }) => name.value === "query");
}

/** Whether Dgraph answers nobody without a token of `# Dgraph.Authorization`. Go reads its names without regard to upper and lower case. */
function isClosed(text: string): boolean {
  const isSet = /"ClosedByDefault"\s*:\s*true/i;
  return dgraphLinesOf(text).some(({ name, value }) => name === "Dgraph.Authorization" && isSet.test(value));
}

/** "Order", or "Invoice/Order" for two types that Dgraph stores as one. */
function nameOf(members: readonly StoredType[] | undefined): string | undefined {
  return members?.map(({ name }) => name).join("/");
}

/** Whether Dgraph itself uses this type or predicate. */
function isInternal(name: string): boolean {
  return name.startsWith("dgraph.");
}
