import { GraphQLError } from "graphql";

/** The refusal of a request that the engine in memory cannot carry out, although it accepts the schema. */
export function needsDgraph(what: string): GraphQLError {
  return new GraphQLError(`the engine in memory does not support ${what}: start the local cloud with --engine dgraph`);
}
