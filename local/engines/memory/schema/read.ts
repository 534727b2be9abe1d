import { buildASTSchema, concatAST, type DocumentNode, GraphQLError, Kind, parse } from "graphql";
import { CallerError } from "../../../cloud/callerError";
import { declarations } from "./directives";
import { type Model, modelOf } from "./model";
import { brokenRules } from "./rules";
import { brokenSetting } from "./settings";
import { isType, type TypeNodes } from "./syntax";
import { unsupportedFeatures } from "./unsupported";

/** Reads an uploaded schema. The error lists everything that Dgraph would refuse, or everything that only a real Dgraph supports. */
export function readSchema(sdl: string): Model {
  if (sdl.trim() === "") throw refused("input: No schema specified");
  const document = parsed(sdl);
  const setting = brokenSetting(sdl);
  if (setting !== undefined) throw refused(setting);
  const unsupported = unsupportedFeatures(document);
  if (unsupported !== undefined) throw refused(unsupported);
  check(document);
  const model = modelOf(document);
  const broken = brokenRules(document, model);
  if (broken.length > 0) throw refused(broken.join("\n"));
  return model;
}

function refused(reason: string): CallerError {
  return new CallerError(`resolving updateGQLSchema failed because ${reason}`);
}

function parsed(sdl: string): DocumentNode {
  try {
    return parse(sdl);
  } catch (error) {
    throw refused(messageOf(error));
  }
}

/** Checks what GraphQL itself demands of names, types and directives. */
function check(document: DocumentNode): void {
  const whole = {
    ...document,
    definitions: document.definitions.map((node) => (isType(node) ? asStandardGraphql(node) : node)),
  };
  try {
    const executable = document.definitions.filter(
      (node) => node.kind === Kind.OPERATION_DEFINITION || node.kind === Kind.FRAGMENT_DEFINITION,
    );
    if (executable.length > 0) throw new Error("a schema cannot contain queries or fragments");
    buildASTSchema(concatAST([parse(declarations), whole]));
  } catch (error) {
    throw refused(messageOf(error));
  }
}

/** Turns names in the arguments of `@hasInverse` and `@search` into strings, as Dgraph accepts both. */
function asStandardGraphql<Node extends TypeNodes>(node: Node): Node {
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

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = error instanceof GraphQLError ? error.locations?.[0]?.line : undefined;
  return line === undefined ? message : `input:${line}: ${message}`;
}
