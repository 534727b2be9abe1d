/** A document that cannot be answered. The message is meant for the caller. */
export class DqlError extends Error {}

interface Token {
  readonly kind: "name" | "text" | "number" | "regexp" | "sign";
  readonly text: string;
  /** The flags of a regular expression. */
  readonly flags?: string;
  readonly line: number;
  readonly column: number;
}

const patterns: readonly (readonly [Token["kind"], RegExp])[] = [
  ["number", /[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy],
  ["name", /<([^<>\s"{}|^`\\]+)>|[~\p{L}_][\p{L}\p{N}_.~-]*/uy],
  ["text", /"(?:[^"\\\n]|\\.)*"/y],
  ["regexp", /\/((?:[^/\\\n]|\\.)+)\/([a-z]*)/y],
  ["sign", /[^]/uy],
];
const ignored = /(?:\s|#[^\n]*)+/y;
const maxTokens = 20_000;

/** The tokens of a DQL document, read one after the other. */
export class Tokens {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  get isAtEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  /** Takes the next token if it is this name or this sign. Names of operators may be in upper or lower case. */
  takes(text: string): boolean {
    const next = this.tokens[this.at];
    const isNext = next !== undefined && ["name", "sign"].includes(next.kind) && next.text.toLowerCase() === text;
    if (isNext) this.at += 1;
    return isNext;
  }

  expect(text: string): void {
    if (!this.takes(text)) throw this.unsupported();
  }

  /** The next token, if it is of one of these kinds. */
  take(...kinds: readonly Token["kind"][]): Token {
    const next = this.tokens[this.at];
    if (next === undefined || !kinds.includes(next.kind)) throw this.unsupported();
    this.at += 1;
    return next;
  }

  name(): string {
    return this.take("name").text;
  }

  /** Names in brackets, or one name alone. */
  names(): string[] {
    if (!this.takes("[")) return [this.name()];
    const names: string[] = [];
    while (!this.takes("]")) {
      names.push(this.name());
      this.takes(",");
    }
    return names;
  }

  /** The number of the next token. */
  get next(): number {
    return this.at;
  }

  /** Refuses a token, the next one unless another is given, and says what is supported. */
  unsupported(at = this.at): DqlError {
    const next = this.tokens[at];
    const where =
      next === undefined ? "the end" : `line ${next.line} column ${next.column}, "${next.text.slice(0, 50)}"`;
    return new DqlError(
      `the engine in memory does not support the DQL at ${where}: it answers schema {}, and blocks like { a(func: has(User.age)) @filter(NOT type(Dog)) { count(uid) } } with has, type, eq and regexp. Start the local cloud with --engine dgraph, which supports all of DQL`,
    );
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < text.length;) {
    ignored.lastIndex = at;
    const space = ignored.exec(text)?.[0] ?? "";
    for (let newline = space.indexOf("\n"); newline >= 0; newline = space.indexOf("\n", newline + 1)) {
      line += 1;
      lineStart = at + newline + 1;
    }
    at += space.length;
    if (at >= text.length) break;
    const place = { line, column: at - lineStart };
    const [token, length] = tokenAt(text, at, place);
    if (tokens.length >= maxTokens) throw new DqlError(`the document has more than ${maxTokens} tokens`);
    tokens.push(token);
    at += length;
  }
  return tokens;
}

function tokenAt(text: string, at: number, place: Pick<Token, "line" | "column">): readonly [Token, number] {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) continue;
    const [whole, inner = whole, flags] = match;
    const value = kind === "text" ? textOf(whole, place) : inner;
    return [{ kind, text: value, ...(flags !== undefined && { flags }), ...place }, whole.length];
  }
  throw new Error("every character is a sign, if it is nothing else");
}

function textOf(quoted: string, { line, column }: Pick<Token, "line" | "column">): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw new DqlError(`while lexing the document at line ${line} column ${column}: not a valid string`);
  }
}
