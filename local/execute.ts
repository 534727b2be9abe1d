import {
  type DocumentNode,
  type ExecutionResult,
  graphql,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
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

/** Names of the root fields of a document, also of those in fragments: what a server of this API goes by. */
export function rootFields(query: string, name?: string): string[] {
  const operation = operationOf(query, name);
  if (operation === undefined) return [];
  const fragments = new Map(
    parse(query).definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node.selectionSet] as const] : [],
    ),
  );
  const seen = new Set<SelectionSetNode>();
  const fieldsOf = (set: SelectionSetNode | undefined): string[] => {
    if (set === undefined || seen.has(set)) return [];
    seen.add(set);
    return set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection.name.value];
      return fieldsOf(
        selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value),
      );
    });
  };
  return fieldsOf(operation.selectionSet);
}

/** What the journal calls a document: its first root field. */
export function operationName(body: GraphqlBody | undefined): string {
  return (body === undefined ? undefined : rootFields(body.query, body.operationName)[0]) ?? "unreadable";
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
