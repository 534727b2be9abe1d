/** The types of predicates in DQL, with their names in Dgraph's refusals. */
export const predicateTypes = {
  string: "STRING",
  int: "INT",
  float: "FLOAT",
  bool: "BOOL",
  datetime: "DATETIME",
  geo: "GEO",
  uid: "UID",
  password: "PASSWORD",
} as const;

export type PredicateType = keyof typeof predicateTypes;

/** A predicate, as DQL's `schema {}` shows it. Dgraph leaves out what is false. */
export interface Predicate {
  readonly predicate: string;
  readonly type: PredicateType;
  readonly index?: true;
  readonly tokenizer?: readonly string[];
  readonly list?: true;
  readonly upsert?: true;
}

/** The predicates of a database, and the predicates of each of its types. The GraphQL schema may know fewer. */
export interface DqlSchema {
  readonly predicates: ReadonlyMap<string, Predicate>;
  readonly types: ReadonlyMap<string, readonly string[]>;
}

export const emptyDqlSchema: DqlSchema = { predicates: new Map(), types: new Map() };
