/** The directives and scalars that the engine in memory supports, as Dgraph declares them. */
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

/** The kinds of search for fields of each type, the default first. */
export const searches: Readonly<Record<string, readonly string[]>> = {
  String: ["term", "hash", "exact", "fulltext", "trigram", "regexp", "ngram"],
  Int: ["int"],
  Int64: ["int64"],
  Float: ["float"],
  Boolean: ["bool"],
  DateTime: ["year", "month", "day", "hour"],
};

/** The kinds of search for enums, which are stored as strings. */
export const enumSearches: readonly string[] = ["hash", "exact", "regexp", "trigram", "ngram"];

/** Kinds of search with Dgraph's own tokenizers and syntax, which the engine in memory does not imitate. */
export const unsupportedSearches: readonly string[] = ["fulltext", "trigram", "regexp", "ngram"];

export const scalars: readonly string[] = ["ID", ...Object.keys(searches)];
