import { type ExecutionResult, GraphQLError } from "graphql";
import type { Answer } from "../../http/answer";
import { execute, rootFields } from "../../graphql/execute";
import { schemas } from "../../graphql/schemas";
import type { GraphqlBody } from "../engine";
import type { MemoryEngine } from "./index";

/** The schema is a node in Dgraph; here no record has this uid. */
const schemaUid = "0x0";

/** `/admin` of one backend; its answers carry tracing beside the data. */
export async function answerAdmin(engine: MemoryEngine, body: GraphqlBody): Promise<ExecutionResult> {
  const current = async (): Promise<object> => ({
    id: schemaUid,
    schema: await engine.schema(),
    generatedSchema: engine.generatedSchema,
  });
  const unserved = rootFields(body).find((field) => !isServed(field));
  if (unserved !== undefined)
    return {
      errors: [new GraphQLError(`${unserved} is part of access control, which needs a real Dgraph: --engine dgraph`)],
      data: null,
    };
  const result = await execute(
    schemas.admin,
    {
      getGQLSchema: current,
      health: () => [healthOf(engine)],
      updateGQLSchema: async ({ input }: { input: { set: { schema: string } } }) => {
        await engine.setSchema(input.set.schema);
        return { gqlSchema: await current() };
      },
    },
    body,
  );
  return { ...result, extensions: { tracing: { version: 1 } } };
}

/** `/admin/schema`, and `/admin/schema/validate`, which changes nothing: both take a schema and nothing else. */
export async function answerSchema(engine: MemoryEngine, path: string, schema: string): Promise<Answer> {
  const isValidated = path === "/admin/schema/validate";
  try {
    if (isValidated) engine.validateSchema(schema);
    else await engine.setSchema(schema);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!isValidated) return { status: 200, body: { errors: [{ message, extensions: { code: "Error" } }] } };
    const reason = message.replace(/^resolving updateGQLSchema failed( because|:) /, "");
    return { status: 400, body: { errors: [{ message: reason, extensions: { code: "ErrorInvalidRequest" } }] } };
  }
  // Dgraph tells in "errors" that all is well, too.
  if (isValidated)
    return { status: 200, body: { errors: [{ message: "Schema is valid", extensions: { code: "success" } }] } };
  return { status: 200, body: { data: { code: "Success", message: "Done" } } };
}

function isServed(field: string): boolean {
  const { admin } = schemas;
  const types = [admin.getQueryType(), admin.getMutationType()];
  return field.startsWith("__") || types.some((type) => type?.getFields()[field] !== undefined);
}

function healthOf({ startedAt }: MemoryEngine): object {
  const now = Math.floor(Date.now() / 1_000);
  return {
    instance: "alpha",
    address: "",
    status: "healthy",
    group: "1",
    version: "memory",
    uptime: now - startedAt,
    lastEcho: now,
    ongoing: [],
    indexing: [],
    ee_features: [],
  };
}
