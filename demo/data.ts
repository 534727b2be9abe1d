/** A backup, as listBackups returns it. */
export interface Backup {
  readonly folder: string;
  readonly backupNum: number;
}

/** The outputs of a stack with one backend. */
export interface Outputs {
  readonly uid: string;
  readonly graphqlEndpoint: string;
  readonly jwtToken: string;
}

interface Answer {
  readonly data?: Record<string, unknown>;
  readonly errors?: readonly { readonly message: string }[];
}

/** Sends a GraphQL document. */
export async function post(
  url: string,
  query: string,
  headers: Record<string, string>,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as Answer;
  if (errors !== undefined) throw new Error(`${url} answered: ${errors.map(({ message }) => message).join("; ")}`);
  return data ?? {};
}

/** The data of one backend, as one of its users sees it. */
export class Data {
  private readonly graphqlEndpoint: string;
  private readonly adminEndpoint: string;
  private readonly headers: Record<string, string>;

  constructor({ graphqlEndpoint, jwtToken }: Outputs) {
    this.graphqlEndpoint = graphqlEndpoint;
    this.adminEndpoint = graphqlEndpoint.replace(/graphql$/, "admin");
    this.headers = { "x-auth-token": jwtToken };
  }

  /** Sends a schema by hand, for a stack that does not have it as a resource. */
  async sendSchema(schema: string): Promise<void> {
    const update = `updateGQLSchema(input: { set: { schema: ${JSON.stringify(schema)} } })`;
    await post(this.adminEndpoint, `mutation { ${update} { gqlSchema { schema } } }`, this.headers);
  }

  async add(...titles: string[]): Promise<void> {
    const input = titles.map((title) => `{ title: ${JSON.stringify(title)} }`).join(", ");
    await this.served(`mutation { addTask(input: [${input}]) { numUids } }`);
  }

  /** Sends a query until it succeeds: a real Dgraph confirms a new schema a moment before it serves it. */
  private async served(query: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await post(this.graphqlEndpoint, query, this.headers);
        return;
      } catch (error) {
        if (tries === 20) throw error;
        await new Promise((done) => setTimeout(done, 250));
      }
    }
  }

  /** The titles of all tasks, in alphabetical order. */
  async titles(): Promise<string[]> {
    const { queryTask } = await post(this.graphqlEndpoint, "{ queryTask { title } }", this.headers);
    return (queryTask as { title: string }[]).map(({ title }) => title).sort();
  }

  /** The latest backup of this backend. */
  async latestBackup(): Promise<Backup> {
    const query = "{ listBackups { response { folder backupNum } } }";
    const { listBackups } = await post(`${this.adminEndpoint}/slash`, query, this.headers);
    const latest = (listBackups as { response: Backup[][] }).response.flat().at(-1);
    if (latest === undefined) throw new Error("there is no backup");
    return latest;
  }
}
