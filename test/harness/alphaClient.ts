/** The answer of Alpha to one request. */
export interface AlphaAnswer<T = unknown> {
  readonly status: number;
  readonly text: string;
  readonly data?: T | undefined;
  /** The messages of its errors, in one text. */
  readonly errors?: string | undefined;
}

/** One node, as Alpha's health reports it. */
export interface AlphaHealth {
  readonly instance: string;
  readonly status: string;
  readonly ongoing?: readonly string[];
  readonly indexing?: readonly string[];
}

const answersWithinMs = 60_000;
const nodesPerMutation = 5_000;

/** Asks one Alpha over HTTP, as the API of Dgraph has it. It shares nothing with the package under test. */
export class AlphaClient {
  constructor(
    /** The address of Alpha, without a slash at the end. */
    readonly url: string,
    /** The headers of every request. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** A client with more headers. */
  with(headers: Readonly<Record<string, string>>): AlphaClient {
    return new AlphaClient(this.url, { ...this.headers, ...headers });
  }

  /** A client that is logged in. */
  async logIn(user: string, password: string, namespace = 0): Promise<AlphaClient> {
    const { response } = (
      await this.admin<{ login: { response: { accessJWT: string } } }>(
        "mutation ($user: String, $password: String, $namespace: Int) { login(userId: $user, password: $password, namespace: $namespace) { response { accessJWT } } }",
        { user, password, namespace },
      )
    ).login;
    return this.with({ "x-dgraph-accesstoken": response.accessJWT });
  }

  /** Sends a request, and reads an answer of any kind. Fails only without one. */
  async ask<T>(
    path: string,
    body?: unknown,
    type = "application/json",
    withinMs = answersWithinMs,
  ): Promise<AlphaAnswer<T>> {
    const answer = await fetch(this.url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { ...this.headers, ...(body !== undefined && { "content-type": type }) },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(withinMs),
    });
    const text = await answer.text();
    return { status: answer.status, text, ...partsOf<T>(text) };
  }

  /** Runs a document of the admin API. Throws its errors. */
  async admin<T>(query: string, variables: Readonly<Record<string, unknown>> = {}, withinMs?: number): Promise<T> {
    return dataOf(await this.ask<T>("/admin", { query, variables }, undefined, withinMs));
  }

  /** Runs a document of the deployed GraphQL schema. Throws its errors. */
  async graphql<T>(query: string): Promise<T> {
    return dataOf(await this.ask<T>("/graphql", { query }));
  }

  /** Runs a DQL query. Throws its errors. */
  async dql<T>(query: string): Promise<T> {
    return dataOf(await this.ask<T>("/query", query, "application/dql"));
  }

  /** Runs an operation of `/alter`, such as `{ drop_all: true }`. Throws its errors. */
  async alter(operation: object): Promise<void> {
    dataOf(await this.ask("/alter", operation));
  }

  /** Writes nodes, and commits them. */
  async mutate(nodes: readonly object[]): Promise<void> {
    dataOf(await this.ask("/mutate?commitNow=true", { set: nodes }));
  }

  /** Runs a mutation or an upsert in RDF, and commits it. */
  async upsert(rdf: string): Promise<void> {
    dataOf(await this.ask("/mutate?commitNow=true", rdf, "application/rdf"));
  }

  /** Deploys a GraphQL schema. */
  async setSchema(schema: string): Promise<void> {
    await this.admin(
      "mutation ($schema: String!) { updateGQLSchema(input: { set: { schema: $schema } }) { gqlSchema { id } } }",
      { schema },
    );
  }

  /** The text of the deployed GraphQL schema; null for none. */
  async schema(): Promise<string | null> {
    const { getGQLSchema } = await this.admin<{ getGQLSchema: { schema: string } | null }>(
      "{ getGQLSchema { schema } }",
    );
    return getGQLSchema?.schema ?? null;
  }

  /** How many nodes have a predicate. */
  async count(predicate: string): Promise<number> {
    const { q } = await this.dql<{ q: readonly [{ count: number }] }>(
      `{ q(func: has(<${predicate}>)) { count(uid) } }`,
    );
    return q[0].count;
  }

  /** Writes `count` nodes of a type, each with its number in the field `name`. */
  async load(type: string, count: number): Promise<void> {
    for (let from = 0; from < count; from += nodesPerMutation) {
      const length = Math.min(nodesPerMutation, count - from);
      await this.mutate(
        Array.from({ length }, (_, index) => ({ "dgraph.type": type, [`${type}.name`]: `${type} ${from + index}` })),
      );
    }
  }

  /** What this Alpha does at the moment. It answers also while it restores. */
  async health(): Promise<AlphaHealth> {
    const [health] = JSON.parse((await this.ask("/health?live")).text) as [AlphaHealth];
    return health;
  }

  /** The id of the cluster. */
  async clusterId(): Promise<string> {
    return (await this.admin<{ state: { cid: string } }>("{ state { cid } }")).state.cid;
  }
}

interface Parts<T> {
  readonly data?: T;
  readonly errors?: string;
}

function partsOf<T>(text: string): Parts<T> {
  try {
    const { data, errors } = JSON.parse(text) as { data?: T; errors?: readonly { message: string }[] };
    return {
      ...(data !== undefined && { data }),
      ...(errors !== undefined && { errors: errors.map(({ message }) => message).join("; ") }),
    };
  } catch {
    return {};
  }
}

function dataOf<T>({ status, text, data, errors }: AlphaAnswer<T>): T {
  if (errors !== undefined) throw new Error(errors);
  if (data === undefined) throw new Error(`Alpha answered HTTP ${status}: ${text.slice(0, 200)}`);
  return data;
}
