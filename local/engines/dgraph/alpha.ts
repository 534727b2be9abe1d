import { setTimeout as sleep } from "node:timers/promises";
import { CallerError } from "../../deployment";
import type { GraphqlAnswer, GraphqlBody } from "../engine";

/** How the local cloud, not a user, talks to the Alpha of a backend. */
export interface AlphaAccess {
  readonly port: number;
  /** Admits to the admin operations; known to the local cloud alone. */
  readonly adminToken: string;
  /** Whether access control is on. */
  readonly acl: boolean;
}

interface Answer<T> {
  readonly data?: T;
  readonly errors?: readonly { readonly message: string }[];
}

const taskPollMs = 250;

/** The admin side of one Alpha. */
export class Alpha {
  private accessToken: string | undefined;

  constructor(private readonly access: AlphaAccess) {}

  /** "healthy", "draining" while a restore runs, or "down". */
  async health(): Promise<"healthy" | "draining" | "down"> {
    try {
      const response = await fetch(this.url("/health"), { signal: AbortSignal.timeout(5_000) });
      const text = await response.text();
      if (text.includes("draining") || text.includes("opRestore")) return "draining";
      return response.ok && text.includes('"healthy"') ? "healthy" : "down";
    } catch {
      return "down";
    }
  }

  /** Whether it takes requests: it says that it is healthy some time before that. */
  async answers(): Promise<boolean> {
    try {
      const query = "{ getGQLSchema { schema } }";
      const answer = await this.post<Answer<unknown>>("/admin", { query }, await this.headers());
      return answer.errors === undefined;
    } catch {
      return false;
    }
  }

  /** Runs an admin document; throws with its errors. */
  async admin<T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
    return dataOf(await this.post<Answer<T>>("/admin", { query, variables }, await this.headers()));
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
    return this.post<GraphqlAnswer>("/graphql", body, await this.headers());
  }

  /** Runs a DQL query. */
  async query<T>(dql: string): Promise<T> {
    const headers = { ...(await this.headers()), "content-type": "application/dql" };
    return dataOf(await this.post<Answer<T>>("/query", dql, headers));
  }

  /** Runs an RDF mutation or upsert and commits it. */
  async mutate(rdf: string): Promise<void> {
    const headers = { ...(await this.headers()), "content-type": "application/rdf" };
    dataOf(await this.post<Answer<unknown>>("/mutate?commitNow=true", rdf, headers));
  }

  async alter(operation: object): Promise<void> {
    dataOf(await this.post<Answer<unknown>>("/alter", operation, await this.headers()));
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
  async headers(): Promise<Record<string, string>> {
    return {
      "content-type": "application/json",
      "x-dgraph-authtoken": this.access.adminToken,
      ...(this.access.acl && { "x-dgraph-accesstoken": (this.accessToken ??= await this.logIn()) }),
    };
  }

  /** With access control the local cloud acts as the superuser that Dgraph makes, as the cloud's own services do. */
  private async logIn(): Promise<string> {
    const query = 'mutation { login(userId: "groot", password: "password") { response { accessJWT } } }';
    const headers = { "content-type": "application/json", "x-dgraph-authtoken": this.access.adminToken };
    const answer = await this.post<Answer<{ login: { response: { accessJWT: string } } }>>(
      "/admin",
      { query },
      headers,
    );
    // Its tokens live for some hours; a new one is had well before.
    setTimeout(() => (this.accessToken = undefined), 3_600_000).unref();
    try {
      return dataOf(answer).login.response.accessJWT;
    } catch (cause) {
      throw new CallerError(
        "the local cloud could not log in as groot with the password Dgraph begins with: with access control it needs that one for backups, restores and drops",
        { cause },
      );
    }
  }

  private async post<T>(path: string, body: unknown, headers: Record<string, string>): Promise<T> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(this.url(path), { method: "POST", headers, body: text });
    const answer = await response.text();
    try {
      return JSON.parse(answer) as T;
    } catch {
      throw new CallerError(`the database answered HTTP ${response.status}: ${answer.slice(0, 200)}`);
    }
  }

  private url(path: string): string {
    return `http://127.0.0.1:${this.access.port}${path}`;
  }
}

function dataOf<T>({ data, errors }: Answer<T>): T {
  if (errors !== undefined && errors.length > 0) throw new CallerError(errors.map(({ message }) => message).join("; "));
  if (data === undefined) throw new CallerError("the database answered without data");
  return data;
}
