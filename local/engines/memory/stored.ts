/** All that a database holds: what a backup keeps and a restore brings back. */
export interface Content {
  /** The GraphQL schema as it was uploaded; empty for none. */
  readonly schema: string;
  readonly nodes: readonly StoredNode[];
}

/** One node as Dgraph stores it. It is never changed: a change puts another one in its place, so that a view of before stays whole. */
export interface StoredNode {
  readonly uid: string;
  /** What it is stored as: its type, and the interfaces of that. */
  readonly types: readonly string[];
  /** By predicate: a value, or a list of them; the uids of other nodes for a relation. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Nodes by their uid. */
export type View = ReadonlyMap<string, StoredNode>;
