import type { Predicate } from "./schema/predicates";

/** The content of a database: what a backup holds and a restore brings back. */
export interface Content {
  /** The uploaded GraphQL schema; empty for none. */
  readonly schema: string;
  readonly nodes: readonly StoredNode[];
  /** Missing in what an earlier version saved: then they are those that the schema asks for. */
  readonly predicates?: readonly Predicate[];
  /** The predicates of each type, by the stored names. */
  readonly types?: readonly (readonly [type: string, predicates: readonly string[]])[];
}

/** One node, as Dgraph stores it. A change replaces it, so that earlier snapshots stay as they are. */
export interface StoredNode {
  readonly uid: string;
  /** The stored names of its type and of the interfaces of that type. */
  readonly types: readonly string[];
  /** By predicate: a value or a list of values, which are uids for a relation. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Nodes by their uids. */
export type Snapshot = ReadonlyMap<string, StoredNode>;
