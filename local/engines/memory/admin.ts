import type { ExecutionResult } from "graphql";
import { execute } from "../../execute";
import { schemas } from "../../schemas";
import type { GraphqlBody } from "../engine";
import type { MemoryEngine } from "./index";

/** `/admin` of one backend; its answers carry tracing beside the data. */
export async function answerAdmin(engine: MemoryEngine, body: GraphqlBody): Promise<ExecutionResult> {
  const current = async (): Promise<object> => ({
    schema: await engine.schema(),
    generatedSchema: engine.generatedSchema,
  });
  const result = await execute(
    schemas.admin,
    {
      getGQLSchema: current,
      updateGQLSchema: async ({ input }: { input: { set: { schema: string } } }) => {
        await engine.setSchema(input.set.schema);
        return { gqlSchema: await current() };
      },
    },
    body,
  );
  return { ...result, extensions: { tracing: { version: 1 } } };
}
