import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../../../http/answer";
import { parseJson } from "../../../text/json";
import type { Snapshot } from "../nodes";
import type { DqlSchema } from "../schema/predicates";
import { UnreadableValue } from "../values";
import { countOf } from "./count";
import { ownPredicates, ownTypes } from "./ownSchema";
import { parseDql } from "./parse";
import type { DqlRequest } from "./request";
import { DqlError } from "./tokens";

/** Answers a document on `/query`: the predicates and types, or counts of nodes. Like Dgraph, it answers an error with HTTP 200. */
export function answerDql(text: string, headers: IncomingHttpHeaders, nodes: Snapshot, dql: DqlSchema): Answer {
  try {
    const request = parseDql(documentIn(text, headers));
    return { status: 200, body: { data: "schema" in request ? shown(request, dql) : counted(request, nodes, dql) } };
  } catch (error) {
    return dqlError(messageOf(error));
  }
}

/** An error as Dgraph answers it on `/query`. */
export function dqlError(message: string): Answer {
  return { status: 200, body: { errors: [{ message, extensions: { code: "ErrorInvalidRequest" } }], data: null } };
}

function messageOf(error: unknown): string {
  if (error instanceof UnreadableValue) return `: ${error.message}`;
  if (error instanceof DqlError) return error.message;
  throw error;
}

function documentIn(text: string, headers: IncomingHttpHeaders): string {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type === "application/json") return queryIn(text);
  if (type === "application/dql" || type === "application/graphql+-") return text;
  throw new DqlError(
    "Unsupported Content-Type. Supported content types are application/json, application/graphql+-,application/dql",
  );
}

function queryIn(text: string): string {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch (error) {
    throw new DqlError(`the body ${error instanceof Error ? error.message : "is not JSON"}`);
  }
  const { query, variables } = (body ?? {}) as { query?: unknown; variables?: unknown };
  if (typeof query !== "string") throw new DqlError('the body must be a JSON object with a string "query"');
  if (typeof variables === "object" && Object.keys(variables ?? {}).length > 0)
    throw new DqlError(
      "the engine in memory does not support variables in DQL: write the values into the query, or start the local cloud with --engine dgraph",
    );
  return query;
}

function counted(
  { counts }: Extract<DqlRequest, { counts: unknown }>,
  nodes: Snapshot,
  { predicates }: DqlSchema,
): object {
  const answers = counts.map((block) => [block.name, countOf(block, nodes, predicates)] as const);
  return Object.fromEntries(answers.filter(([, answer]) => answer !== undefined));
}

function shown({ schema }: Extract<DqlRequest, { schema: unknown }>, { predicates, types }: DqlSchema): object {
  const isOfPredicates = schema.predicates !== undefined && schema.predicates.length > 0;
  const isOfTypes = schema.types !== undefined && schema.types.length > 0;
  const facts = (predicate: object): object =>
    schema.facts.length === 0
      ? predicate
      : Object.fromEntries(Object.entries(predicate).filter(([name]) => ["predicate", ...schema.facts].includes(name)));
  const isWanted = (name: string, wanted: readonly string[] = []): boolean =>
    wanted.length === 0 || wanted.includes(name);
  const ofPredicates = [...predicates.values(), ...ownPredicates]
    .filter(({ predicate }) => isWanted(predicate, schema.predicates))
    .sort((one, other) => (one.predicate < other.predicate ? -1 : 1))
    .map(facts);
  const ofTypes = [...types, ...ownTypes]
    .filter(([name]) => isWanted(name, schema.types))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, fields]) => ({ name, fields: fields.map((field) => ({ name: field })) }));
  return { ...(!isOfTypes && { schema: ofPredicates }), ...(!isOfPredicates && { types: ofTypes }) };
}
