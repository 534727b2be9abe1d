/** The directives, scalars and types that the engine in memory accepts, as Dgraph declares them. */
export const declarations = `
  scalar DateTime
  scalar Int64
  type Point { longitude: Float! latitude: Float! }
  type PointList { points: [Point!]! }
  type Polygon { coordinates: [PointList!]! }
  type MultiPolygon { polygons: [Polygon!]! }
  input DgraphDefault { value: String }
  input AuthRule { and: [AuthRule] or: [AuthRule] not: AuthRule rule: String }
  enum HTTPMethod { GET POST PUT PATCH DELETE }
  enum Mode { BATCH SINGLE }
  input CustomHTTP {
    url: String! method: HTTPMethod! body: String graphql: String mode: Mode
    forwardHeaders: [String!] secretHeaders: [String!] introspectionHeaders: [String!] skipIntrospection: Boolean
  }
  input GenerateQueryParams { get: Boolean query: Boolean password: Boolean aggregate: Boolean }
  input GenerateMutationParams { add: Boolean update: Boolean delete: Boolean }
  directive @hasInverse(field: String!) on FIELD_DEFINITION
  directive @search(by: [String!]) on FIELD_DEFINITION
  directive @dgraph(type: String, pred: String) on OBJECT | INTERFACE | FIELD_DEFINITION
  directive @id(interface: Boolean) on FIELD_DEFINITION
  directive @default(add: DgraphDefault, update: DgraphDefault) on FIELD_DEFINITION
  directive @withSubscription on OBJECT | INTERFACE | FIELD_DEFINITION
  directive @secret(field: String!, pred: String) on OBJECT | INTERFACE
  directive @auth(password: AuthRule, query: AuthRule, add: AuthRule, update: AuthRule, delete: AuthRule) on OBJECT | INTERFACE
  directive @custom(http: CustomHTTP, dql: String) on FIELD_DEFINITION
  directive @remote on OBJECT | INTERFACE | UNION | INPUT_OBJECT | ENUM
  directive @remoteResponse(name: String) on FIELD_DEFINITION
  directive @lambda on FIELD_DEFINITION
  directive @lambdaOnMutate(add: Boolean, update: Boolean, delete: Boolean) on OBJECT | INTERFACE
  directive @generate(query: GenerateQueryParams, mutation: GenerateMutationParams, subscription: Boolean) on OBJECT | INTERFACE
`;

export const geoTypes: readonly string[] = ["Point", "Polygon", "MultiPolygon"];

/** The kinds of search for fields of each type, the default first. */
export const searches: Readonly<Record<string, readonly string[]>> = {
  String: ["term", "hash", "exact", "fulltext", "trigram", "regexp", "ngram"],
  Int: ["int"],
  Int64: ["int64"],
  Float: ["float"],
  Boolean: ["bool"],
  DateTime: ["year", "month", "day", "hour"],
  Point: ["point"],
  Polygon: ["polygon"],
  MultiPolygon: ["multiPolygon"],
};

/** The kinds of search for enums, which are stored as strings. */
export const enumSearches: readonly string[] = ["hash", "exact", "regexp", "trigram", "ngram"];

export const scalars: readonly string[] = ["ID", ...Object.keys(searches)];
