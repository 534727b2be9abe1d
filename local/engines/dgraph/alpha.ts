import { setTimeout as sleep } from "node:timers/promises";
import { CallerError } from "../../cloud/callerError";
import { signToken } from "../../cloud/tokens";
import type { GraphqlAnswer, GraphqlBody } from "../../graphql/body";
import type { TlsClient } from "./tlsClient";

/** How the local cloud itself connects to the Alpha of a backend. */
export interface AlphaAccess {
  readonly client: TlsClient;
  readonly port: number;
  /** The token for the admin operations, known to the local cloud only. */
  readonly adminToken: string;
  /** The key that signs the tokens of Dgraph's users; undefined without access control. */
  readonly aclKey: string | undefined;
}

interface Answer<T> {
  readonly data?: T;
  readonly errors?: readonly { readonly message: string }[];
}

/** A deletion of a triple that does not exist. */
const emptyMutation = '{ delete { <0x1> <dgraph.type> "dgraphcloud-local" . } }';
const taskPollMs = 250;
const answersWithinMs = 5_000;
const superuserTokenMs = 600_000;

/** A client of one Alpha with admin rights. */
export class Alpha {
  constructor(private readonly access: AlphaAccess) {}

  /** "healthy", "draining" while a restore runs, or "down". */
  async health(): Promise<"healthy" | "draining" | "down"> {
    try {
      const { client, port } = this.access;
      const signal = AbortSignal.timeout(answersWithinMs);
      const { status, text } = await client.send({ port, path: "/health", method: "GET", signal });
      if (text.includes("draining") || text.includes("opRestore")) return "draining";
      return status === 200 && text.includes('"healthy"') ? "healthy" : "down";
    } catch {
      return "down";
    }
  }

  /** Whether it takes requests. It reports itself healthy some time before it does. */
  async answers(): Promise<boolean> {
    try {
      // Dgraph creates the superuser last, and users of the backend need it for their first log-in.
      const query = `{ getGQLSchema { schema } ${this.access.aclKey === undefined ? "" : 'getUser(name: "groot") { name }'} }`;
      const signal = AbortSignal.timeout(answersWithinMs);
      const answer = await this.post<Answer<{ getUser?: unknown }>>("/admin", { query }, this.headers(), signal);
      return answer.errors === undefined && answer.data?.getUser !== null;
    } catch {
      return false;
    }
  }

  /** Runs an admin document. Throws its errors. */
  async admin<T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
    return dataOf(await this.post<Answer<T>>("/admin", { query, variables }, this.headers()));
  }

  /** The uploaded GraphQL schema; empty for none. */
  async schema(): Promise<string> {
    const query = "{ getGQLSchema { schema } }";
    const { getGQLSchema } = await this.admin<{ getGQLSchema: { schema: string } | null }>(query);
    return getGQLSchema?.schema ?? "";
  }

  async setSchema(schema: string): Promise<void> {
    const query =
      "mutation($schema: String!) { updateGQLSchema(input: { set: { schema: $schema } }) { gqlSchema { id } } }";
    await this.admin(query, { schema });
  }

  async graphql(body: GraphqlBody): Promise<GraphqlAnswer> {
    return this.post<GraphqlAnswer>("/graphql", body, this.headers());
  }

  /** Runs a DQL query. */
  async query<T>(dql: string): Promise<T> {
    const headers = { ...this.headers(), "content-type": "application/dql" };
    return dataOf(await this.post<Answer<T>>("/query", dql, headers));
  }

  /** Runs an RDF mutation or upsert and commits it. */
  async mutate(rdf: string): Promise<void> {
    const headers = { ...this.headers(), "content-type": "application/rdf" };
    dataOf(await this.post<Answer<unknown>>("/mutate?commitNow=true", rdf, headers));
  }

  /** Commits a transaction that changes nothing, which advances the timestamp of the database. */
  async commitNothing(): Promise<void> {
    await this.mutate(emptyMutation);
  }

  async alter(operation: object): Promise<void> {
    dataOf(await this.post<Answer<unknown>>("/alter", operation, this.headers()));
  }

  /** Waits for the end of a task that Dgraph has queued. */
  async taskDone(taskId: string): Promise<void> {
    for (;;) {
      const { task } = await this.admin<{ task: { status: string } }>(
        "query($id: String!) { task(input: { id: $id }) { status } }",
        { id: taskId },
      );
      if (task.status === "Success") return;
      if (task.status !== "Queued" && task.status !== "Running")
        throw new CallerError(`the task of Dgraph ended with the status ${task.status}`);
      await sleep(taskPollMs);
    }
  }

  /** Headers with all rights, for requests that were checked before. */
  private headers(): Record<string, string> {
    const { adminToken, aclKey } = this.access;
    return {
      "content-type": "application/json",
      "x-dgraph-authtoken": adminToken,
      ...(aclKey !== undefined && { "x-dgraph-accesstoken": superuserToken(aclKey) }),
    };
  }

  private async post<T>(
    path: string,
    body: unknown,
    headers: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { client, port } = this.access;
    const request = { port, path, method: "POST", headers, ...(signal !== undefined && { signal }) };
    const { status, text } = await client.send(request, typeof body === "string" ? body : JSON.stringify(body));
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new CallerError(`the database answered HTTP ${status}: ${text.slice(0, 200)}`);
    }
  }
}

function dataOf<T>({ data, errors }: Answer<T>): T {
  if (errors !== undefined && errors.length > 0) throw new CallerError(errors.map(({ message }) => message).join("; "));
  if (data === undefined) throw new CallerError("the database answered without data");
  return data;
}

/**
 * With access control, the local cloud acts as the superuser, as the services of Dgraph Cloud do. It signs the token itself:
 * users may change the password of the superuser, and backups and drops must still work then.
 */
function superuserToken(aclKey: string): string {
  const exp = Math.floor((Date.now() + superuserTokenMs) / 1_000);
  return signToken({ userid: "groot", namespace: 0, groups: ["guardians"], exp }, aclKey);
}
