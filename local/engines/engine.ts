/** All that a backend holds: what a backup keeps and a restore brings back. */
export interface Content {
  /** The GraphQL schema as it was uploaded; empty for none. */
  readonly schema: string;
  /** Records by type and by uid. */
  readonly records: Readonly<Record<string, readonly StoredRecord[]>>;
}

/** One record: its uid, and a value for each field that has one. */
export type StoredRecord = Readonly<Record<string, unknown>> & { readonly uid: string };

/** An answer of GraphQL over HTTP, without the transport. */
export interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

export interface GraphqlBody {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** The database behind one backend. */
export interface Engine {
  /** Replaces the schema; throws with what is wrong when it cannot be used. */
  setSchema(schema: string): void;
  readonly schema: string;
  /** The schema with its queries and mutations. */
  readonly generatedSchema: string;
  /** Answers a document at /graphql. */
  graphql(body: GraphqlBody): Promise<GraphqlAnswer>;
  dropData(): void;
  dropDataAndSchema(): void;
  /** Removes the records of these types. */
  dropTypes(types: readonly string[]): void;
  /** Removes these fields ("Author.name") of all records. */
  dropFields(fields: readonly string[]): void;
  /** A copy of everything. */
  content(): Content;
  /** Replaces everything. */
  load(content: Content): void;
}
