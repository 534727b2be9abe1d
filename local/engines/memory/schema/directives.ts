/** The directives that the engine in memory serves, and the scalars, as Dgraph declares them. */
export const declarations = `
  scalar DateTime
  scalar Int64
  input DgraphDefault { value: String }
  directive @hasInverse(field: String!) on FIELD_DEFINITION
  directive @search(by: [String!]) on FIELD_DEFINITION
  directive @dgraph(type: String, pred: String) on OBJECT | INTERFACE | FIELD_DEFINITION
  directive @id(interface: Boolean) on FIELD_DEFINITION
  directive @default(add: DgraphDefault, update: DgraphDefault) on FIELD_DEFINITION
`;

/** What a field of a type can be searched by, the default first. */
export const searches: Readonly<Record<string, readonly string[]>> = {
  String: ["term", "hash", "exact", "fulltext", "trigram", "regexp", "ngram"],
  Int: ["int"],
  Int64: ["int64"],
  Float: ["float"],
  Boolean: ["bool"],
  DateTime: ["year", "month", "day", "hour"],
};

/** An enum is stored as a string. */
export const enumSearches: readonly string[] = ["hash", "exact", "regexp", "trigram", "ngram"];

/** Dgraph's own tokens and syntax, which nobody could imitate faithfully in a few lines. */
export const unservedSearches: readonly string[] = ["fulltext", "trigram", "regexp", "ngram"];

export const scalars: readonly string[] = ["ID", ...Object.keys(searches)];
