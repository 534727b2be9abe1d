import {
  execute as executeDocument,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  type TypeNode,
  validate,
  validateSchema,
} from "graphql";
import type { GraphqlBody } from "./body";
import { documentOf, operationOf } from "./document";

type Resolver = (args: never) => unknown;

/** Runs a document against a schema, with one function for each root field. */
export async function execute(
  schema: GraphQLSchema,
  resolvers: Readonly<Record<string, Resolver>>,
  body: GraphqlBody,
): Promise<ExecutionResult> {
  return runDocument(schema, resolvers, body, coerceIntegers(body));
}

/** Validates and runs a document. An invalid one is answered with errors only. */
export async function runDocument(
  schema: GraphQLSchema,
  rootValue: unknown,
  body: GraphqlBody,
  variables = body.variables,
  fieldResolver?: GraphQLFieldResolver<unknown, unknown>,
): Promise<ExecutionResult> {
  const document = documentOf(body);
  if (document instanceof GraphQLError) return { errors: [document] };
  const schemaErrors = validateSchema(schema);
  const errors = schemaErrors.length > 0 ? schemaErrors : validate(schema, document);
  if (errors.length > 0) return { errors };
  const { operationName } = body;
  return executeDocument({
    schema,
    document,
    rootValue,
    ...(variables !== undefined && { variableValues: variables }),
    ...(operationName !== undefined && { operationName }),
    ...(fieldResolver !== undefined && { fieldResolver }),
  });
}

/** The names of the root fields of the requested operation, those in fragments included. */
export function rootFields(body: GraphqlBody): string[] {
  const document = documentOf(body);
  const operation = operationOf(body);
  if (operation === undefined || document instanceof GraphQLError) return [];
  const fragments = new Map(
    document.definitions.flatMap((node) =>
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

/** The name of a request in the journal: its first root field. */
export function operationName(body: GraphqlBody | undefined): string {
  return (body === undefined ? undefined : rootFields(body)[0]) ?? "unreadable";
}

/** The vendor's client sends integers as strings, and the service accepts them. */
function coerceIntegers(body: GraphqlBody): Readonly<Record<string, unknown>> | undefined {
  const integers = new Set(
    (operationOf(body)?.variableDefinitions ?? [])
      .filter(({ type }) => namedType(type) === "Int")
      .map(({ variable }) => variable.name.value),
  );
  if (body.variables === undefined) return undefined;
  const coerced = Object.entries(body.variables).map(([name, value]) =>
    integers.has(name) && typeof value === "string" && /^-?\d+$/.test(value) ? [name, Number(value)] : [name, value],
  );
  return Object.fromEntries(coerced) as Record<string, unknown>;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
