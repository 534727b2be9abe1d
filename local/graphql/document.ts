import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, parse } from "graphql";
import type { GraphqlBody } from "./body";
import { limits, refuseLargeDocument, refuseLongText } from "./documentSize";

const parsed = new WeakMap<GraphqlBody, DocumentNode | GraphQLError>();

/** The document of a request, or why it cannot be used. Parsed once for each request. */
export function documentOf(body: GraphqlBody): DocumentNode | GraphQLError {
  const known = parsed.get(body);
  if (known !== undefined) return known;
  const document = parseDocument(body.query);
  parsed.set(body, document);
  return document;
}

/** The operation that a request asks for. Undefined when the document cannot be parsed or has no such operation. */
export function operationOf(body: GraphqlBody): OperationDefinitionNode | undefined {
  const document = documentOf(body);
  if (document instanceof GraphQLError) return undefined;
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const { operationName: name } = body;
  return name === undefined ? operations[0] : operations.find((operation) => operation.name?.value === name);
}

function parseDocument(text: string): DocumentNode | GraphQLError {
  try {
    const tokens = refuseLongText(text);
    const document = parse(text, { maxTokens: limits.tokens });
    refuseLargeDocument(document, tokens);
    return document;
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}
