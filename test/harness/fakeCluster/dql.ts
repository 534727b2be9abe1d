import type { Condition, NodeGroup } from "./nodes";
import { Refusal } from "./refusal";

/** A block of the form `name(func: …) @filter(…) { count(uid) }`. */
export interface CountBlock {
  readonly name: string;
  /** The predicates that it reads. */
  readonly predicates: readonly string[];
  readonly condition: Condition;
}

/** An upsert that deletes nodes of a type. */
export interface Deletion {
  readonly type: string;
  readonly most: number;
  /** The name of a block that counts the nodes before they are deleted, if there is one. */
  readonly counted: string | undefined;
}

/** Whether a document asks for the predicates and types of the database. */
export function asksSchema(text: string): boolean {
  return /^\s*schema\s*\{\s*\}\s*$/.test(text);
}

/** Reads a document that consists of count blocks. */
export function countBlocks(text: string): CountBlock[] {
  const tokens = new Tokens(text);
  tokens.expect("{");
  const blocks: CountBlock[] = [];
  while (!tokens.takes("}")) blocks.push(blockOf(tokens));
  return blocks;
}

const selection = String.raw`(\w+)\s+as\s+var\s*\(\s*func:\s*type\(\s*<?([^>\s)]+)>?\s*\)\s*(?:,\s*first:\s*(\d+)\s*)?\)`;
const counting = String.raw`(?:(\w+)\s*\(\s*func:\s*uid\(\s*\1\s*\)\s*\)\s*\{\s*count\(uid\)\s*\})?`;
const queryPattern = new RegExp(String.raw`^\s*\{\s*${selection}\s*${counting}\s*\}\s*$`);
const upsertPattern = new RegExp(
  String.raw`^\s*upsert\s*\{\s*query\s*(\{.*\})\s*mutation\s*\{\s*delete\s*\{\s*uid\(\s*(\w+)\s*\)\s+\*\s+\*\s*\.\s*\}\s*\}\s*\}\s*$`,
  "s",
);

/** Reads the two forms of an upsert that the fake cluster carries out: it deletes nodes of a type, in RDF or in JSON. */
export function deletionIn(body: string, isJson: boolean): Deletion {
  const [query = "", variable] = isJson ? jsonUpsert(body) : (upsertPattern.exec(body)?.slice(1) ?? []);
  const [, selected, type, first, counted] = queryPattern.exec(query) ?? [];
  if (type === undefined || selected !== variable) throw new Refusal("the fake cluster does not read this mutation");
  return { type, most: first === undefined ? Number.MAX_SAFE_INTEGER : Number(first), counted };
}

function jsonUpsert(body: string): (string | undefined)[] {
  const { query, delete: gone } = JSON.parse(body) as { query?: string; delete?: readonly { uid?: string }[] };
  const [only, ...others] = gone ?? [];
  // With more than the uid, only the named values would be deleted.
  const isWhole = others.length === 0 && Object.keys(only ?? {}).join() === "uid";
  return [query, isWhole ? /^uid\((\w+)\)$/.exec(only?.uid ?? "")?.[1] : undefined];
}

function blockOf(tokens: Tokens): CountBlock {
  const name = tokens.name();
  const predicates: string[] = [];
  tokens.expect("(", "func", ":");
  const conditions = [functionOf(tokens, predicates)];
  tokens.expect(")");
  while (tokens.takes("@")) {
    tokens.expect("filter", "(");
    conditions.push(anyOf(tokens, predicates));
    tokens.expect(")");
  }
  tokens.expect("{", "count", "(", "uid", ")", "}");
  return { name, predicates, condition: (group) => conditions.every((holds) => holds(group)) };
}

function anyOf(tokens: Tokens, predicates: string[]): Condition {
  const conditions = [allOf(tokens, predicates)];
  while (tokens.takes("or")) conditions.push(allOf(tokens, predicates));
  return (group) => conditions.some((holds) => holds(group));
}

function allOf(tokens: Tokens, predicates: string[]): Condition {
  const conditions = [termOf(tokens, predicates)];
  while (tokens.takes("and")) conditions.push(termOf(tokens, predicates));
  return (group) => conditions.every((holds) => holds(group));
}

function termOf(tokens: Tokens, predicates: string[]): Condition {
  if (tokens.takes("not")) {
    const condition = termOf(tokens, predicates);
    return (group) => !condition(group);
  }
  if (!tokens.takes("(")) return functionOf(tokens, predicates);
  const condition = anyOf(tokens, predicates);
  tokens.expect(")");
  return condition;
}

function functionOf(tokens: Tokens, predicates: string[]): Condition {
  const word = tokens.name();
  tokens.expect("(");
  const condition = argumentsOf(word, tokens, predicates);
  tokens.expect(")");
  return condition;
}

function argumentsOf(word: string, tokens: Tokens, predicates: string[]): Condition {
  const name = tokens.name();
  if (word === "type") return ({ types }) => types.has(name);
  // The one comparison of a count that the provider sends: "has it in any language".
  if (word === "gt" && name === "count") {
    tokens.expect("(");
    const predicate = tokens.name();
    tokens.expect(")", ",", "0");
    predicates.push(predicate);
    return (group) => group.predicates.has(predicate);
  }
  predicates.push(name);
  if (word === "has") return (group) => group.predicates.has(name);
  tokens.expect(",");
  if (word === "eq") {
    const wanted = tokens.takes("[") ? tokens.textsUntil("]") : [tokens.text()];
    return (group) => valuesOf(group, name).some((value) => wanted.includes(value));
  }
  if (word !== "regexp") throw new Refusal(`the fake cluster does not know the function ${word}`);
  const pattern = tokens.pattern();
  return (group) => valuesOf(group, name).some((value) => pattern.test(value));
}

function valuesOf(group: NodeGroup, predicate: string): readonly string[] {
  const values = group.values[predicate];
  if (values === undefined && group.predicates.has(predicate))
    throw new Refusal(`the fake cluster has no values of ${predicate}: add the nodes with values`);
  return values ?? [];
}

const tokenPattern = /\s+|("(?:[^"\\]|\\.)*")|(\/(?:[^/\\]|\\.)+\/)|<([^>]+)>|([\p{L}\p{N}_.~-]+)|(.)/gsu;

/** The tokens of a DQL document, read one after the other. */
class Tokens {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.tokens = [...text.matchAll(tokenPattern)]
      .map(([, quoted, pattern, inBrackets, name, sign]) => quoted ?? pattern ?? inBrackets ?? name ?? sign)
      .filter((token) => token !== undefined);
  }

  takes(word: string): boolean {
    const isNext = this.tokens[this.at]?.toLowerCase() === word;
    if (isNext) this.at += 1;
    return isNext;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.takes(word)) throw this.unexpected(`"${word}"`);
  }

  name(): string {
    const token = this.next();
    if (/^[(){}[\],:@"/]/.test(token)) throw this.unexpected("a name");
    return token;
  }

  text(): string {
    const token = this.next();
    return token.startsWith('"') ? (JSON.parse(token) as string) : token;
  }

  textsUntil(end: string): string[] {
    const texts: string[] = [];
    while (!this.takes(end)) {
      texts.push(this.text());
      this.takes(",");
    }
    return texts;
  }

  pattern(): RegExp {
    const token = this.next();
    if (!token.startsWith("/")) throw this.unexpected("a regular expression");
    return new RegExp(token.slice(1, -1), "u");
  }

  private next(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw this.unexpected("more");
    this.at += 1;
    return token;
  }

  private unexpected(wanted: string): Refusal {
    return new Refusal(`the fake cluster expected ${wanted} at ${this.tokens.slice(this.at, this.at + 5).join(" ")}`);
  }
}
