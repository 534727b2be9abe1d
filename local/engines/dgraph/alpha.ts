import { setTimeout as sleep } from "node:timers/promises";
import { CallerError } from "../../cloud/deployment";
import { signToken } from "../../cloud/tokens";
import type { GraphqlAnswer, GraphqlBody } from "../engine";
import type { TlsClient } from "./tlsClient";

/** How the local cloud, not a user, talks to the Alpha of a backend. */
export interface AlphaAccess {
  readonly client: TlsClient;
  readonly port: number;
  /** Admits to the admin operations; known to the local cloud alone. */
  readonly adminToken: string;
  /** What the tokens of Dgraph's users are signed with, where access control is on. */
  readonly aclKey: string | undefined;
}

interface Answer<T> {
  readonly data?: T;
  readonly errors?: readonly { readonly message: string }[];
}

const nothing = '{ delete { <0x1> <dgraph.type> "dgraphcloud-local" . } }';
const taskPollMs = 250;
const answersWithinMs = 5_000;
const superuserForMs = 600_000;

/** The admin side of one Alpha. */
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

  /** Whether it takes requests: it says that it is healthy some time before that. */
  async answers(): Promise<boolean> {
    try {
      // The superuser, whom a user of the backend logs in as first, is made a moment later than the rest.
      const query = `{ getGQLSchema { schema } ${this.access.aclKey === undefined ? "" : 'getUser(name: "groot") { name }'} }`;
      const signal = AbortSignal.timeout(answersWithinMs);
      const answer = await this.post<Answer<{ getUser?: unknown }>>("/admin", { query }, this.headers(), signal);
      return answer.errors === undefined && answer.data?.getUser !== null;
    } catch {
      return false;
    }
  }

  /** Runs an admin document; throws with its errors. */
  async admin<T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
    return dataOf(await this.post<Answer<T>>("/admin", { query, variables }, this.headers()));
  }

  /** The GraphQL schema as it was uploaded; empty for none. */
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

  /** Commits a transaction that changes nothing: to Dgraph the database is newer afterwards. */
  async commitNothing(): Promise<void> {
    await this.mutate(nothing);
  }

  async alter(operation: object): Promise<void> {
    dataOf(await this.post<Answer<unknown>>("/alter", operation, this.headers()));
  }

  /** Waits for a task that Dgraph has queued. */
  async taskDone(taskId: string): Promise<void> {
    for (;;) {
      const { task } = await this.admin<{ task: { status: string } }>(
        "query($id: String!) { task(input: { id: $id }) { status } }",
        { id: taskId },
      );
      if (task.status === "Success") return;
      if (task.status !== "Queued" && task.status !== "Running")
        throw new CallerError(`the task ended as ${task.status}`);
      await sleep(taskPollMs);
    }
  }

  /** The headers that admit to everything, for a request that somebody else has checked. */
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
    const asked = { port, path, method: "POST", headers, ...(signal !== undefined && { signal }) };
    const { status, text } = await client.send(asked, typeof body === "string" ? body : JSON.stringify(body));
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
 * With access control the local cloud acts as the superuser, as the cloud's own services do. The token is one of its own
 * making: users may give the superuser another password, and what the local cloud does for them must not end with that.
 */
function superuserToken(aclKey: string): string {
  const exp = Math.floor((Date.now() + superuserForMs) / 1_000);
  return signToken({ userid: "groot", namespace: 0, groups: ["guardians"], exp }, aclKey);
}
