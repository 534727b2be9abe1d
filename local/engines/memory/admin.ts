import { type ExecutionResult, GraphQLError } from "graphql";
import type { GraphqlBody } from "../../graphql/body";
import { execute, rootFields } from "../../graphql/execute";
import { schemas } from "../../graphql/schemas";
import type { Answer } from "../../http/answer";
import type { GraphqlSchema } from "./database";

/** The part of the engine that `/admin` uses. */
export interface AdminEngine {
  /** In seconds since the Unix epoch. */
  readonly startedAt: number;
  /** The schema that `getGQLSchema` shows; undefined before the first one. */
  readonly current: () => GraphqlSchema | undefined;
  readonly setSchema: (schema: string) => void;
  /** Throws when a schema cannot be used, and says why. Changes nothing. */
  readonly validateSchema: (schema: string) => void;
}

/** In Dgraph, the schema is a node. No node of this engine has this uid. */
const schemaUid = "0x0";

/** Answers a document on `/admin`. Like Dgraph, it adds tracing to the answer. */
export async function answerAdmin(engine: AdminEngine, body: GraphqlBody): Promise<ExecutionResult> {
  const current = (): object | null => {
    const schema = engine.current();
    return schema === undefined ? null : { id: schemaUid, ...schema };
  };
  const unsupported = rootFields(body).find((field) => !isSupported(field));
  if (unsupported !== undefined)
    return {
      errors: [
        new GraphQLError(`${unsupported} is part of access control, which needs a real Dgraph: --engine dgraph`),
      ],
      data: null,
    };
  const result = await execute(
    schemas.admin,
    {
      getGQLSchema: current,
      health: () => [healthOf(engine)],
      updateGQLSchema: ({ input }: { input: { set: { schema: string } } }) => {
        engine.setSchema(input.set.schema);
        return { gqlSchema: current() };
      },
    },
    body,
  );
  return { ...result, extensions: { tracing: { version: 1 } } };
}

/** Answers a schema on `/admin/schema`, or on `/admin/schema/validate`, which changes nothing. */
export function answerSchema(engine: AdminEngine, path: string, schema: string): Answer {
  const isValidated = path === "/admin/schema/validate";
  try {
    if (isValidated) engine.validateSchema(schema);
    else engine.setSchema(schema);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!isValidated) return { status: 200, body: { errors: [{ message, extensions: { code: "Error" } }] } };
    const reason = message.replace(/^resolving updateGQLSchema failed( because|:) /, "");
    return { status: 400, body: { errors: [{ message: reason, extensions: { code: "ErrorInvalidRequest" } }] } };
  }
  // Dgraph reports a valid schema in "errors" as well.
  if (isValidated)
    return { status: 200, body: { errors: [{ message: "Schema is valid", extensions: { code: "success" } }] } };
  return { status: 200, body: { data: { code: "Success", message: "Done" } } };
}

function isSupported(field: string): boolean {
  const { admin } = schemas;
  const types = [admin.getQueryType(), admin.getMutationType()];
  return field.startsWith("__") || types.some((type) => type?.getFields()[field] !== undefined);
}

function healthOf({ startedAt }: AdminEngine): object {
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
