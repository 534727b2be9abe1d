import {
  buildASTSchema,
  buildSchema,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  visit,
} from "graphql";
import type { DocumentNode, FieldDefinitionNode, TypeNode } from "graphql";
import { CallerError } from "../../deployment";

export interface ObjectType {
  readonly name: string;
  /** The field of type ID, which shows the uid. */
  readonly idField: string | undefined;
}

const scalars = ["ID", "String", "Int", "Float", "Boolean", "DateTime", "Int64"];

/** Dgraph's queries and mutations for the object types of an uploaded schema. */
export function generate(sdl: string): { schema: GraphQLSchema; sdl: string; types: ObjectType[] } {
  const { objects, enums } = definitionsOf(sdl);
  const known = [...scalars, ...enums.map(({ name }) => name)];
  const types = objects.map((node) => typeOf(node, known));
  const text = [
    "scalar DateTime",
    "scalar Int64",
    ...enums.map(({ text: definition }) => definition),
    ...objects.map((node) => definition(node)),
    `type Query { ${types.map(({ name }) => queries(name)).join(" ") || "_empty: Boolean"} }`,
    ...(types.length === 0 ? [] : [`type Mutation { ${types.map(({ name }) => mutations(name)).join(" ")} }`]),
  ].join("\n");
  return { schema: buildSchema(text), sdl: text, types };
}

function definitionsOf(sdl: string): { objects: ObjectTypeDefinitionNode[]; enums: { name: string; text: string }[] } {
  if (sdl.trim() === "") return { objects: [], enums: [] };
  try {
    const document = parse(sdl);
    // Dgraph's own directives and scalars are taken as they come; everything else must be there.
    buildASTSchema(parse(`scalar DateTime\nscalar Int64\n${print(withoutDirectives(document))}`), {
      assumeValidSDL: true,
    });
    return {
      objects: document.definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION),
      enums: document.definitions
        .filter((node) => node.kind === Kind.ENUM_TYPE_DEFINITION)
        .map((node) => ({ name: node.name.value, text: print(node) })),
    };
  } catch (error) {
    throw new CallerError(
      `resolving updateGQLSchema failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function withoutDirectives(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: () => null });
}

function typeOf(node: ObjectTypeDefinitionNode, known: readonly string[]): ObjectType {
  for (const field of node.fields ?? []) {
    const named = nameOf(field.type);
    if (known.includes(named)) continue;
    throw new CallerError(
      `resolving updateGQLSchema failed: ${node.name.value}.${field.name.value} is of type ${named}; this engine holds fields of ${known.join(", ")} and lists of them`,
    );
  }
  return { name: node.name.value, idField: node.fields?.find((field) => nameOf(field.type) === "ID")?.name.value };
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

function definition(node: ObjectTypeDefinitionNode): string {
  const name = node.name.value;
  const line = (field: FieldDefinitionNode): string => `${field.name.value}: ${print(field.type)}`;
  const fields = node.fields ?? [];
  const own = fields.filter((field) => nameOf(field.type) !== "ID");
  const payload = name.charAt(0).toLowerCase() + name.slice(1);
  return [
    // Fields may be dropped, so that a required one can be missing: Dgraph answers null then.
    `type ${name} { ${fields.map((field) => line(field).replace(/!$/, "")).join(" ")} }`,
    `input Add${name}Input { ${own.map(line).join(" ") || "_: Boolean"} }`,
    `type Add${name}Payload { ${payload}: [${name}] numUids: Int }`,
    `input ${name}Filter { id: [ID!] }`,
    `type ${name}AggregateResult { count: Int }`,
    `type Delete${name}Payload { msg: String numUids: Int }`,
  ].join("\n");
}

function queries(name: string): string {
  const page = `(filter: ${name}Filter, first: Int, offset: Int)`;
  return `query${name}${page}: [${name}] get${name}(id: ID!): ${name} aggregate${name}(filter: ${name}Filter): ${name}AggregateResult`;
}

function mutations(name: string): string {
  return `add${name}(input: [Add${name}Input!]!): Add${name}Payload delete${name}(filter: ${name}Filter!): Delete${name}Payload`;
}
