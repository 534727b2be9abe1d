import { suggestionList } from "graphql/jsutils/suggestionList";
import {
  type ArgumentNode,
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  getLocation,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  parse,
  Source,
  visit,
} from "graphql/language";
import { clean, listOf, wellFormed } from "../../errors/text";
import { dgraphLinesOf, withoutSettings } from "./dgraphLines";
import { builtInDirectives, builtInTypes, operationTypes, prelude } from "./directives";
import { directiveOf, isBlank, namedType, withoutEmptyArguments } from "./document";

/** What is wrong with a schema, and where. */
export interface SchemaProblem {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
  /** The line of the schema, cut if it is long, without the values of a `# Dgraph.` line. */
  readonly source: string;
}

/** Dgraph reads the lines of a schema with a buffer of this size. */
const lineBufferBytes = 65_536;
const longestSource = 160;
const mostProblems = 20;

/** What Dgraph would certainly refuse in a schema, found without a call; empty for one that may be sent. */
export function problemsOf(text: string): SchemaProblem[] {
  const problems = [...problemsOfLines(text)];
  if (problems.length > 0) return problems;
  if (isBlank(text)) return [problemAt(text, 0, "the schema is empty, and Dgraph takes no empty schema")];
  const parsed = parsedOrProblem(text);
  if ("problem" in parsed) return [parsed.problem];
  return problemsOfDocument(text, parsed.document).slice(0, mostProblems);
}

function problemsOfLines(text: string): SchemaProblem[] {
  const nul = text.indexOf("\0");
  if (nul >= 0) return [problemAt(text, nul, "the schema contains a NUL character, which Dgraph refuses")];
  let start = 0;
  for (const line of text.split("\n")) {
    if (Buffer.byteLength(line) >= lineBufferBytes)
      return [
        problemAt(text, start, "the line is longer than 64 KB, which Dgraph refuses: break it into several lines"),
      ];
    start += line.length + 1;
  }
  const [, second] = dgraphLinesOf(text).filter(({ name }) => name === "Dgraph.Authorization");
  if (second === undefined) return [];
  const offset =
    text
      .split("\n")
      .slice(0, second.line - 1)
      .join("\n").length + 1;
  return [problemAt(text, offset, "a schema may have one line # Dgraph.Authorization, and this is the second one")];
}

function parsedOrProblem(text: string): { readonly document: DocumentNode } | { readonly problem: SchemaProblem } {
  try {
    return { document: parse(withoutEmptyArguments(wellFormed(text))) };
  } catch (error) {
    const { message, positions } = error as { readonly message: string; readonly positions?: readonly number[] };
    return { problem: problemAt(text, positions?.[0] ?? 0, message) };
  }
}

interface Known {
  readonly types: ReadonlySet<string>;
  /** The arguments of each directive. */
  readonly directives: ReadonlyMap<string, readonly string[]>;
}

let declared: Known | undefined;

function problemsOfDocument(text: string, document: DocumentNode): SchemaProblem[] {
  declared ??= knownIn(parse(prelude), { types: new Set(builtInTypes), directives: builtInDirectives });
  const known = knownIn(document, declared);
  const problems: SchemaProblem[] = [];
  const add = (node: ASTNode, message: string): void => {
    problems.push(problemAt(text, node.loc?.start ?? 0, message));
  };
  for (const node of document.definitions) {
    if (node.kind === Kind.SCALAR_TYPE_DEFINITION || node.kind === Kind.SCALAR_TYPE_EXTENSION)
      add(node, `Dgraph takes no scalar of one's own: "${node.name.value}". Use a scalar that it has, such as String`);
    if (node.kind === Kind.OPERATION_DEFINITION || node.kind === Kind.FRAGMENT_DEFINITION)
      add(node, "this is a query, not part of a schema");
  }
  if (!document.definitions.some(isTyped))
    problems.push(problemAt(text, 0, "the schema has no type, and Dgraph refuses a schema without queries"));
  const defined = new Set<string>();
  for (const node of document.definitions) {
    if (!isTypeDefinitionNode(node) && !isTypeExtensionNode(node)) continue;
    const { value } = node.name;
    if (defined.has(value))
      add(node.name, `"${value}" is defined twice: Dgraph takes one definition or extension of a type`);
    defined.add(value);
  }
  visit(document, {
    ObjectTypeDefinition: (node) => {
      const { name, fields = [], interfaces = [] } = node;
      const isExempt = operationTypes.includes(name.value) || directiveOf(node, "remote") !== undefined;
      const isValue = (field: (typeof fields)[number]): boolean =>
        directiveOf(field, "external") !== undefined ||
        (namedType(field.type) !== "ID" &&
          !["custom", "lambda"].some((name) => directiveOf(field, name) !== undefined));
      if (!isExempt && interfaces.length === 0 && fields.length > 0 && !fields.some(isValue))
        add(node, `type "${name.value}" has no field that Dgraph stores: add one besides the ID and computed fields`);
    },
    // Dgraph does not check the directives of enum values, and of a schema: federation 2 has `extend schema @link`.
    EnumValueDefinition: () => false,
    SchemaExtension: () => false,
    NamedType: (node) => {
      const name = node.name.value;
      if (!known.types.has(name)) add(node, `Unknown type "${name}".${didYouMean(name, known.types)}`);
    },
    Directive: (node) => {
      for (const problem of problemsOfDirective(node, known)) add(problem.node, problem.message);
    },
  });
  return problems;
}

function problemsOfDirective(
  node: DirectiveNode,
  { directives }: Known,
): { readonly node: ASTNode; readonly message: string }[] {
  const name = node.name.value;
  const allowed = directives.get(name);
  if (allowed === undefined)
    return [{ node, message: `Unknown directive "@${name}".${didYouMean(name, directives.keys(), "@")}` }];
  return (node.arguments ?? [])
    .filter((argument) => !allowed.includes(argument.name.value))
    .map((argument: ArgumentNode) => ({
      node: argument,
      message: `Unknown argument "${argument.name.value}" on directive "@${name}".${didYouMean(argument.name.value, allowed)}`,
    }));
}

function isTyped({ kind }: ASTNode): boolean {
  return [
    Kind.OBJECT_TYPE_DEFINITION,
    Kind.INTERFACE_TYPE_DEFINITION,
    Kind.OBJECT_TYPE_EXTENSION,
    Kind.INTERFACE_TYPE_EXTENSION,
  ].some((one) => one === kind);
}

function knownIn({ definitions }: DocumentNode, base: Known): Known {
  const types = new Set(base.types);
  const directives = new Map(base.directives);
  for (const node of definitions)
    if (isTypeDefinitionNode(node) || isTypeExtensionNode(node)) types.add(node.name.value);
    else if (node.kind === Kind.DIRECTIVE_DEFINITION)
      directives.set(
        node.name.value,
        (node.arguments ?? []).map(({ name }) => name.value),
      );
  return { types, directives };
}

function didYouMean(name: string, names: Iterable<string>, prefix = ""): string {
  const close = suggestionList(name, [...names]).slice(0, 3);
  return close.length === 0 ? "" : ` Did you mean ${listOf(close.map((one) => `${prefix}${one}`))}?`;
}

function problemAt(text: string, offset: number, message: string): SchemaProblem {
  const { line, column } = getLocation(new Source(text), offset);
  const whole = text.split(/\r\n|[\n\r]/)[line - 1] ?? "";
  const shown = withoutSettings(whole);
  // A syntax error quotes what it finds, which must not be the value of a setting.
  const isSecret = shown !== whole && message.startsWith("Syntax Error");
  return {
    line,
    column,
    message: isSecret ? "Syntax Error: the line cannot be read." : clean(message),
    source: clean(cut(shown, column)),
  };
}

/** The part of a long line around a column. */
function cut(line: string, column: number): string {
  if (line.length <= longestSource) return line;
  const start = Math.max(0, Math.min(column - 1 - longestSource / 2, line.length - longestSource));
  const part = line.slice(start, start + longestSource);
  return `${start > 0 ? "…" : ""}${part}${start + longestSource < line.length ? "…" : ""}`;
}
