import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
} from "graphql";

/** Limits of a document: far above what programs send, and low enough that validating and answering it blocks nobody. */
export const limits = {
  /** Names, values and punctuation. A bulk insert with literal values has the most. */
  tokens: 200_000,
  /** How deep braces, brackets, parentheses and fragments are nested. */
  depth: 200,
  /** Fields and fragment spreads, counted after the fragments are expanded. */
  fields: 5_000,
  /** Fields times tokens: validation compares every pair of fields of one name, arguments included. */
  comparisons: 20_000_000,
  /** Results of an introspection query, assuming ten entries in each list. The standard query comes to 60,000. */
  schemaResults: 500_000,
};

/** Throws when a text has too many tokens or is nested too deep to be parsed. Returns the number of tokens. */
export function refuseLongText(text: string): number {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  for (let tokens = 0; ; tokens++) {
    const { kind } = lexer.advance();
    if (kind === TokenKind.EOF) return tokens;
    if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) depth += 1;
    if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R) depth -= 1;
    if (depth > limits.depth) throw tooDeep();
    if (tokens >= limits.tokens) throw new GraphQLError(`the document has more than ${limits.tokens} tokens`);
  }
}

/** Throws when a document, with its fragments expanded, would take too much work to validate or to answer. */
export function refuseLargeDocument(document: DocumentNode, tokens: number): void {
  const sizes = new Sizes(document);
  let fields = 0;
  let results = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const size = sizes.of(definition.selectionSet, isIntrospection(definition), 1);
    fields += size.fields;
    results += size.schemaResults;
  }
  if (fields > limits.fields || fields * tokens > limits.comparisons || results > limits.schemaResults)
    throw new GraphQLError(
      `the document is too large: with its fragments expanded it has ${fields} fields, which ask for about ${results} facts about the schema`,
    );
}

interface Size {
  readonly fields: number;
  readonly schemaResults: number;
  readonly depth: number;
}

const none: Size = { fields: 0, schemaResults: 0, depth: 0 };
const listsOfSchema = ["types", "directives", "fields", "args", "interfaces", "possibleTypes", "enumValues"];
const listSizes = new Map([...listsOfSchema, "inputFields"].map((name) => [name, 10]));

/** Measures selections. Each fragment is measured once, since fragments that spread each other twice would take exponential time. */
class Sizes {
  private readonly fragments;
  private readonly measured = new Map<string, Size>();

  constructor({ definitions }: DocumentNode) {
    const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment] as const));
  }

  of(set: SelectionSetNode | undefined, inIntrospection: boolean, level: number): Size {
    if (set === undefined) return none;
    if (level > limits.depth) throw tooDeep();
    let { fields, schemaResults, depth } = none;
    for (const node of set.selections) {
      const isField = node.kind === Kind.FIELD;
      const within = inIntrospection || (isField && ["__schema", "__type"].includes(node.name.value));
      const inside =
        node.kind === Kind.FRAGMENT_SPREAD
          ? this.ofFragment(node.name.value, level + 1)
          : this.of(node.selectionSet, within, level + 1);
      const times = isField && inIntrospection ? (listSizes.get(node.name.value) ?? 1) : 1;
      fields += 1 + inside.fields;
      schemaResults += (within && isField ? 1 : 0) + times * inside.schemaResults;
      depth = Math.max(depth, inside.depth);
    }
    if (level + depth > limits.depth) throw tooDeep();
    return { fields, schemaResults, depth: depth + 1 };
  }

  private ofFragment(name: string, level: number): Size {
    const known = this.measured.get(name);
    const fragment = this.fragments.get(name);
    // Validation refuses unknown fragments and fragments in a cycle.
    if (known !== undefined || fragment === undefined) return known ?? none;
    this.measured.set(name, none);
    const size = this.of(fragment.selectionSet, isIntrospection(fragment), level);
    this.measured.set(name, size);
    return size;
  }
}

function isIntrospection(definition: OperationDefinitionNode | FragmentDefinitionNode): boolean {
  return definition.kind === Kind.FRAGMENT_DEFINITION && definition.typeCondition.name.value.startsWith("__");
}

function tooDeep(): GraphQLError {
  return new GraphQLError(`the document is nested more than ${limits.depth} deep`);
}
