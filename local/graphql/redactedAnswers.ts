import { type ExecutionResult, GraphQLError } from "graphql";
import type { GraphqlBody } from "../engines/engine";
import { rootFields } from "./execute";

/** How the messages of graphql-js go on to a value that somebody has sent. */
const beforeValue = /(got invalid value|cannot represent|, found) .*$/s;

/** The answer to a document; one that logs somebody in shows no value of it, which may be a password in the wrong place. */
export function discreet(body: GraphqlBody, result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined || !rootFields(body).includes("login")) return result;
  const errors = result.errors.map(
    ({ message, nodes }) =>
      new GraphQLError(message.replace(beforeValue, "$1 (a value of a log-in is not shown)"), { nodes: nodes ?? null }),
  );
  return { ...result, errors };
}
