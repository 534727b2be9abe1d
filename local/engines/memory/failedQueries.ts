import type { ExecutionResult } from "graphql";
import type { GraphqlAnswer } from "../../graphql/body";
import { UnreadableValue } from "./values";

/**
 * The answer to a document. A value that cannot be read makes Dgraph fail the whole query that asked for it: the answer
 * has one error in place of the query's data and its other errors.
 */
export function failedQueries({ data, errors = [] }: ExecutionResult): GraphqlAnswer {
  if (errors.length === 0) return { data };
  const failed = new Map<unknown, string>();
  for (const { path, originalError, message } of errors)
    if (originalError instanceof UnreadableValue && !failed.has(path?.[0])) failed.set(path?.[0], message);
  if (failed.size === 0) return { data, errors: errors.map(({ message }) => ({ message })) };
  const answered = Object.entries(data ?? {}).filter(([query]) => !failed.has(query));
  const others = errors.filter(({ path }) => !failed.has(path?.[0]));
  return {
    ...(answered.length > 0 && { data: Object.fromEntries(answered) }),
    errors: [
      ...[...failed.values()].map((message) => ({
        message: `Dgraph query failed because Dgraph execution failed because : ${message}`,
      })),
      ...others.map(({ message }) => ({ message })),
    ],
  };
}
