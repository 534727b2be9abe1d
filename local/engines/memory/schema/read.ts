import { buildASTSchema, concatAST, type DocumentNode, GraphQLError, Kind, parse } from "graphql";
import { CallerError } from "../../../cloud/deployment";
import { declarations } from "./directives";
import { isType, type Model, modelOf, type TypeNodes } from "./model";
import { brokenRules } from "./rules";
import { unservedIn } from "./unserved";

/** What an uploaded schema says. Throws with all that Dgraph would refuse of it, or with all that only a real Dgraph serves. */
export function readSchema(sdl: string): Model {
  if (sdl.trim() === "") throw refused("input: No schema specified");
  const document = parsed(sdl);
  const unserved = unservedIn(document, sdl);
  if (unserved !== undefined) throw refused(unserved);
  check(document);
  const model = modelOf(document);
  const broken = brokenRules(document, model);
  if (broken.length > 0) throw refused(broken.join("\n"));
  return model;
}

function refused(why: string): CallerError {
  return new CallerError(`resolving updateGQLSchema failed because ${why}`);
}

function parsed(sdl: string): DocumentNode {
  try {
    return parse(sdl);
  } catch (error) {
    throw refused(told(error));
  }
}

/** What GraphQL itself asks of names, types and directives. */
function check(document: DocumentNode): void {
  const whole = { ...document, definitions: document.definitions.map((node) => (isType(node) ? unbound(node) : node)) };
  try {
    const executable = document.definitions.filter(
      (node) => node.kind === Kind.OPERATION_DEFINITION || node.kind === Kind.FRAGMENT_DEFINITION,
    );
    if (executable.length > 0) throw new Error("a schema has no queries and no fragments of its own");
    buildASTSchema(concatAST([parse(declarations), whole]));
  } catch (error) {
    throw refused(told(error));
  }
}

/** Dgraph takes an argument of `@hasInverse` and `@search` as a name, too, and repeats the fields of interfaces by itself. */
function unbound<Node extends TypeNodes>(node: Node): Node {
  return {
    ...node,
    fields: node.fields?.map((field) => ({
      ...field,
      directives: field.directives?.map((directive) =>
        ["hasInverse", "search"].includes(directive.name.value)
          ? { ...directive, arguments: directive.arguments?.map(asText) }
          : directive,
      ),
    })),
  };
}
type Arguments = NonNullable<NonNullable<NonNullable<TypeNodes["fields"]>[number]["directives"]>[number]["arguments"]>;

function asText(argument: Arguments[number]): Arguments[number] {
  const text = (value: Arguments[number]["value"]): Arguments[number]["value"] => {
    if (value.kind === Kind.ENUM) return { kind: Kind.STRING, value: value.value };
    return value.kind === Kind.LIST ? { ...value, values: value.values.map(text) } : value;
  };
  return { ...argument, value: text(argument.value) };
}

function told(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = error instanceof GraphQLError ? error.locations?.[0]?.line : undefined;
  return line === undefined ? message : `input:${line}: ${message}`;
}
