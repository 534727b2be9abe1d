import { type ExecutionResult, GraphQLError } from "graphql";
import type { GraphqlBody } from "./body";
import { rootFields } from "./execute";

/** The words after which messages of graphql-js quote a value of the request. */
const beforeValue = /(got invalid value|cannot represent|, found) .*$/s;

/** Removes the quoted values from the errors of a log-in: one of them may be a password in the wrong place. */
export function redactLogin(body: GraphqlBody, result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined || !rootFields(body).includes("login")) return result;
  const errors = result.errors.map(
    ({ message, nodes }) =>
      new GraphQLError(message.replace(beforeValue, "$1 (a value of a log-in is not shown)"), { nodes: nodes ?? null }),
  );
  return { ...result, errors };
}
