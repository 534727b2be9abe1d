import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, parse } from "graphql";
import { limits, refuseLargeDocument, refuseLongText } from "./documentSize";
import type { GraphqlBody } from "../engines/engine";

const read = new WeakMap<GraphqlBody, DocumentNode | GraphQLError>();

/** The document of a request, or why it cannot be used. Read once, however many ask. */
export function documentOf(body: GraphqlBody): DocumentNode | GraphQLError {
  const known = read.get(body);
  if (known !== undefined) return known;
  const document = readText(body.query);
  read.set(body, document);
  return document;
}

/** The operation of a document that is asked for, or undefined when it cannot be read. */
export function operationOf(body: GraphqlBody): OperationDefinitionNode | undefined {
  const document = documentOf(body);
  if (document instanceof GraphQLError) return undefined;
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const { operationName: name } = body;
  return name === undefined ? operations[0] : operations.find((operation) => operation.name?.value === name);
}

function readText(text: string): DocumentNode | GraphQLError {
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
