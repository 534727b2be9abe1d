import {
  type DocumentNode,
  type ExecutionResult,
  graphql,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  type TypeNode,
} from "graphql";
import type { GraphqlBody } from "./engines/engine";

type Resolver = (args: never) => unknown;

/** Runs a document against a schema with one function a root field. */
export async function execute(
  schema: GraphQLSchema,
  resolvers: Readonly<Record<string, Resolver>>,
  body: GraphqlBody,
): Promise<ExecutionResult> {
  const variables = coerceIntegers(body);
  return graphql({
    schema,
    source: body.query,
    rootValue: resolvers,
    ...(variables !== undefined && { variableValues: variables }),
    ...(body.operationName !== undefined && { operationName: body.operationName }),
  });
}

/** The operation of a document, or undefined when it cannot be read. */
export function operationOf(query: string, name?: string): OperationDefinitionNode | undefined {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch {
    return undefined;
  }
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return name === undefined ? operations[0] : operations.find((operation) => operation.name?.value === name);
}

/** Names of the root fields of a document: what a server of this API goes by. */
export function rootFields(query: string, name?: string): string[] {
  const selections = operationOf(query, name)?.selectionSet.selections ?? [];
  return selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
}

/** The vendor's client sends whole numbers as strings, and the service takes them. */
function coerceIntegers({
  query,
  variables,
  operationName,
}: GraphqlBody): Readonly<Record<string, unknown>> | undefined {
  const integers = new Set(
    (operationOf(query, operationName)?.variableDefinitions ?? [])
      .filter(({ type }) => namedType(type) === "Int")
      .map(({ variable }) => variable.name.value),
  );
  if (variables === undefined) return undefined;
  const coerced = Object.entries(variables).map(([name, value]) =>
    integers.has(name) && typeof value === "string" && /^-?\d+$/.test(value) ? [name, Number(value)] : [name, value],
  );
  return Object.fromEntries(coerced) as Record<string, unknown>;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
