import type { Condition, CountBlock, DqlRequest } from "./request";
import { DqlError, Tokens } from "./tokens";

const maxDepth = 100;

/** Reads a document of `/query`. Throws when it is not one of those that the engine in memory answers. */
export function parseDql(text: string): DqlRequest {
  const tokens = new Tokens(text);
  const request = tokens.takes("schema") ? schemaRequest(tokens) : { counts: blocksOf(tokens) };
  if (!tokens.isAtEnd) throw tokens.unsupported();
  return request;
}

function schemaRequest(tokens: Tokens): DqlRequest {
  let named: { predicates?: string[]; types?: string[] } = {};
  if (tokens.takes("(")) {
    const isOfTypes = tokens.takes("type");
    if (!isOfTypes) tokens.expect("pred");
    tokens.expect(":");
    named = isOfTypes ? { types: tokens.names() } : { predicates: tokens.names() };
    tokens.expect(")");
  }
  tokens.expect("{");
  const facts: string[] = [];
  while (!tokens.takes("}")) facts.push(tokens.name());
  return { schema: { ...named, facts } };
}

function blocksOf(tokens: Tokens): CountBlock[] {
  const isNamed = tokens.takes("query");
  if (!tokens.takes("{")) {
    if (!isNamed) throw tokens.unsupported();
    tokens.name();
    tokens.expect("{");
  }
  const blocks: CountBlock[] = [];
  do {
    const block = blockOf(tokens);
    if (blocks.some(({ name }) => name === block.name))
      throw new DqlError(`Duplicate aliases not allowed: ${block.name}`);
    blocks.push(block);
  } while (!tokens.takes("}"));
  return blocks;
}

function blockOf(tokens: Tokens): CountBlock {
  const name = tokens.name();
  tokens.expect("(");
  tokens.expect("func");
  tokens.expect(":");
  const start = tokens.next;
  const root = functionOf(tokens);
  // In Dgraph the others need an index at this place, which dgraph.type always has.
  const isIndexed = root.is === "has" || root.is === "type" || (root.is === "eq" && root.predicate === "dgraph.type");
  if (!isIndexed) throw tokens.unsupported(start);
  tokens.expect(")");
  const conditions: Condition[] = [root];
  let groupBy: string | undefined;
  while (tokens.takes("@")) {
    const isFilter = tokens.takes("filter");
    if (!isFilter) tokens.expect("groupby");
    tokens.expect("(");
    if (isFilter) conditions.push(anyOf(tokens, 0));
    else groupBy = tokens.name();
    tokens.expect(")");
  }
  const countName = countIn(tokens);
  return { name, conditions, countName, ...(groupBy !== undefined && { groupBy }) };
}

/** Reads `{ count(uid) }`, and returns the name of the count in the answer. */
function countIn(tokens: Tokens): string {
  tokens.expect("{");
  const first = tokens.name();
  const isRenamed = tokens.takes(":");
  const word = isRenamed ? tokens.name() : first;
  if (word !== "count") throw tokens.unsupported();
  for (const sign of ["(", "uid", ")", "}"]) tokens.expect(sign);
  return first;
}

function anyOf(tokens: Tokens, depth: number): Condition {
  const conditions = [allOf(tokens, depth)];
  while (tokens.takes("or")) conditions.push(allOf(tokens, depth));
  return joined("or", conditions);
}

function allOf(tokens: Tokens, depth: number): Condition {
  const conditions = [termOf(tokens, depth)];
  while (tokens.takes("and")) conditions.push(termOf(tokens, depth));
  return joined("and", conditions);
}

function joined(is: "and" | "or", conditions: readonly Condition[]): Condition {
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : { is, conditions };
}

function termOf(tokens: Tokens, depth: number): Condition {
  if (depth > maxDepth) throw new DqlError(`the filter is nested more than ${maxDepth} deep`);
  if (tokens.takes("not")) return { is: "not", condition: termOf(tokens, depth + 1) };
  if (!tokens.takes("(")) return functionOf(tokens);
  const condition = anyOf(tokens, depth + 1);
  tokens.expect(")");
  return condition;
}

function functionOf(tokens: Tokens): Condition {
  const known = [hasOf, typeOf, eqOf, regexpOf].find(({ word }) => tokens.takes(word));
  if (known === undefined) throw tokens.unsupported();
  tokens.expect("(");
  const condition = known.read(tokens);
  tokens.expect(")");
  return condition;
}

interface FunctionReader {
  readonly word: string;
  readonly read: (tokens: Tokens) => Condition;
}

const hasOf: FunctionReader = { word: "has", read: (tokens) => ({ is: "has", predicate: tokens.name() }) };

const typeOf: FunctionReader = {
  word: "type",
  read: (tokens) => ({ is: "type", type: tokens.take("name", "text").text }),
};

const eqOf: FunctionReader = {
  word: "eq",
  read: (tokens) => {
    const predicate = tokens.name();
    tokens.expect(",");
    const isList = tokens.takes("[");
    const values = [valueOf(tokens)];
    while (tokens.takes(",")) values.push(valueOf(tokens));
    if (isList) tokens.expect("]");
    return { is: "eq", predicate, values };
  },
};

function valueOf(tokens: Tokens): string | number | boolean {
  for (const flag of [true, false]) if (tokens.takes(String(flag))) return flag;
  const { kind, text } = tokens.take("text", "number");
  return kind === "number" ? Number(text) : text;
}

const regexpOf: FunctionReader = {
  word: "regexp",
  read: (tokens) => {
    const predicate = tokens.name();
    tokens.expect(",");
    const { text, flags = "" } = tokens.take("regexp");
    if (!["", "i"].includes(flags)) throw new DqlError(`regexp takes the flag i only, not "${flags}"`);
    try {
      return { is: "regexp", predicate, pattern: new RegExp(text, `${flags}u`) };
    } catch {
      throw new DqlError(`/${text}/ is not a regular expression that the engine in memory can read`);
    }
  },
};
