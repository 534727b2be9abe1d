import type { AnswerData, RequestSite } from "../errors/requestErrors";
import {
  aggregatesSchema,
  countsSchema,
  gqlSchemaSchema,
  liveSchema,
  type LiveSchema,
  type Stored,
  storedSchema,
  updateSchemaSchema,
} from "./dataAnswers";
import type { Contents } from "./dataPlane";
import { shaped } from "./validateAnswer";

// What a backend of Dgraph Cloud and a cluster are asked in the same words and answer alike.

/** The text of the schema. */
export function schemaIn(data: AnswerData, site: RequestSite): string {
  return shaped(site, gqlSchemaSchema, data).getGQLSchema?.schema ?? "";
}

/** The schema with its API. */
export function liveSchemaIn(data: AnswerData, site: RequestSite): LiveSchema {
  return liveSchema(shaped(site, gqlSchemaSchema, data).getGQLSchema);
}

/** The schema in the answer to its update. */
export function updatedSchemaIn(data: AnswerData, site: RequestSite): LiveSchema {
  return liveSchema(shaped(site, updateSchemaSchema, data).updateGQLSchema.gqlSchema);
}

/** The answer to `schema {}`. */
export function storedIn(data: AnswerData, site: RequestSite): Stored {
  return shaped(site, storedSchema, data);
}

/** A query whose answer has one entry for each thing that is asked about. */
interface Query<T> {
  readonly text: string;
  readonly answers: (data: AnswerData, site: RequestSite) => T[];
}

/** Counts nodes in DQL, by the heads of blocks: `func: has(User.email)`. A count is undefined where its predicate may not be read. */
export function countQuery(heads: readonly string[]): Query<number | undefined> {
  const blocks = heads.map((head, index) => `c${index}(${head}) { count(uid) }`);
  return {
    text: `{ ${blocks.join(" ")} }`,
    answers: (data, site) => {
      const answer = shaped(site, countsSchema, data);
      return heads.map((_, index) => answer[`c${index}`]?.[0]?.count);
    },
  };
}

/** Counts the nodes of types in GraphQL. A count is undefined where the answer has none. */
export function aggregateQuery(types: readonly string[]): Query<number | undefined> {
  const fields = types.map((type, index) => `c${index}: aggregate${type} { count }`);
  return {
    text: `query Aggregates { ${fields.join(" ")} }`,
    answers: (data, site) => {
      const answer = shaped(site, aggregatesSchema, data);
      return types.map((_, index) => answer[`c${index}`]?.count ?? undefined);
    },
  };
}

/** Counts the nodes of each type, and those with each predicate, in one request. A count that may not be read is left out. */
export async function countContents(
  { types, predicates }: { readonly types: readonly string[]; readonly predicates: readonly string[] },
  count: (heads: readonly string[]) => Promise<readonly (number | undefined)[]>,
): Promise<Contents> {
  const heads = [...types.map((name) => `func: type(<${name}>)`), ...predicates.map((name) => `func: has(<${name}>)`)];
  const counts = heads.length === 0 ? [] : await count(heads);
  return { types: byName(types, counts), predicates: byName(predicates, counts.slice(types.length)) };
}

function byName(names: readonly string[], counts: readonly (number | undefined)[]): Contents["types"] {
  const found = names.map((name, index) => [name, counts[index]] as const);
  return Object.fromEntries(found.filter((one): one is readonly [string, number] => one[1] !== undefined));
}

/** Whether a type or a predicate is the user's, and not Dgraph's own. */
export function isOwnName(name: string): boolean {
  return !name.startsWith("dgraph.");
}
