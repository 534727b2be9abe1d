/**
 * What Dgraph declares for every schema: scalars, inputs, enums and types that a schema may refer to, and its directives. The locations of
 * directives are wider than Dgraph's where its parser does not check them.
 */
export const prelude = `
  scalar Int64
  scalar DateTime
  scalar _Any
  scalar _FieldSet

  directive @hasInverse(field: String!) on FIELD_DEFINITION
  directive @search(by: [String!]) on FIELD_DEFINITION
  directive @embedding on FIELD_DEFINITION
  directive @id(interface: Boolean) on FIELD_DEFINITION
  directive @default(add: DgraphDefault, update: DgraphDefault) on FIELD_DEFINITION
  directive @custom(http: CustomHTTP, dql: String) on FIELD_DEFINITION
  directive @remoteResponse(name: String) on FIELD_DEFINITION
  directive @lambda on FIELD_DEFINITION
  directive @dgraph(type: String, pred: String) on OBJECT | INTERFACE | FIELD_DEFINITION
  directive @withSubscription on OBJECT | INTERFACE | FIELD_DEFINITION
  directive @secret(field: String!, pred: String) on OBJECT | INTERFACE
  directive @auth(password: AuthRule, query: AuthRule, add: AuthRule, update: AuthRule, delete: AuthRule)
    on OBJECT | INTERFACE
  directive @lambdaOnMutate(add: Boolean, update: Boolean, delete: Boolean) on OBJECT | INTERFACE
  directive @generate(query: GenerateQueryParams, mutation: GenerateMutationParams, subscription: Boolean)
    on OBJECT | INTERFACE
  directive @remote on OBJECT | INTERFACE | UNION | INPUT_OBJECT | ENUM
  directive @cascade(fields: [String]) on FIELD
  directive @cacheControl(maxAge: Int!) on QUERY

  directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE
  directive @extends on OBJECT | INTERFACE
  directive @external on FIELD_DEFINITION
  directive @requires(fields: _FieldSet!) on FIELD_DEFINITION
  directive @provides(fields: _FieldSet!) on FIELD_DEFINITION

  input AuthRule { and: [AuthRule] or: [AuthRule] not: AuthRule rule: String }
  input CustomHTTP {
    url: String!
    method: HTTPMethod!
    body: String
    graphql: String
    mode: Mode
    forwardHeaders: [String!]
    secretHeaders: [String!]
    introspectionHeaders: [String!]
    skipIntrospection: Boolean
  }
  input DgraphDefault { value: String }
  input GenerateQueryParams { get: Boolean query: Boolean password: Boolean aggregate: Boolean }
  input GenerateMutationParams { add: Boolean update: Boolean delete: Boolean }
  enum HTTPMethod { GET POST PUT PATCH DELETE }
  enum Mode { BATCH SINGLE }
  enum DgraphIndex {
    int int64 float bool hash exact term fulltext trigram regexp year month day hour geo hnsw
  }

  type Point { longitude: Float! latitude: Float! }
  type PointList { points: [Point!]! }
  type Polygon { coordinates: [PointList!]! }
  type MultiPolygon { polygons: [Polygon!]! }
  type _Service { sdl: String }

  input PointRef { longitude: Float! latitude: Float! }
  input PointListRef { points: [PointRef!]! }
  input PolygonRef { coordinates: [PointListRef!]! }
  input MultiPolygonRef { polygons: [PolygonRef!]! }
  input NearFilter { distance: Float! coordinate: PointRef! }
  input WithinFilter { polygon: PolygonRef! }
  input ContainsFilter { point: PointRef polygon: PolygonRef }
  input IntersectsFilter { polygon: PolygonRef multiPolygon: MultiPolygonRef }
  input PointGeoFilter { near: NearFilter within: WithinFilter }
  input PolygonGeoFilter { near: NearFilter within: WithinFilter contains: ContainsFilter intersects: IntersectsFilter }

  input IntRange { min: Int! max: Int! }
  input FloatRange { min: Float! max: Float! }
  input Int64Range { min: Int64! max: Int64! }
  input DateTimeRange { min: DateTime! max: DateTime! }
  input StringRange { min: String! max: String! }
  input IntFilter { eq: Int in: [Int] le: Int lt: Int ge: Int gt: Int between: IntRange }
  input Int64Filter { eq: Int64 in: [Int64] le: Int64 lt: Int64 ge: Int64 gt: Int64 between: Int64Range }
  input FloatFilter { eq: Float in: [Float] le: Float lt: Float ge: Float gt: Float between: FloatRange }
  input DateTimeFilter {
    eq: DateTime in: [DateTime] le: DateTime lt: DateTime ge: DateTime gt: DateTime between: DateTimeRange
  }
  input StringTermFilter { allofterms: String anyofterms: String }
  input StringRegExpFilter { regexp: String }
  input StringNgramFilter { ngram: String }
  input StringFullTextFilter { alloftext: String anyoftext: String }
  input StringExactFilter { eq: String in: [String] le: String lt: String ge: String gt: String between: StringRange }
  input StringHashFilter { eq: String in: [String] }
`;

/** The types that every schema of GraphQL knows. */
export const builtInTypes = ["Int", "Float", "String", "Boolean", "ID"] as const;

/** The directives that every schema of GraphQL knows, and their arguments. */
export const builtInDirectives: ReadonlyMap<string, readonly string[]> = new Map([
  ["deprecated", ["reason"]],
  ["include", ["if"]],
  ["skip", ["if"]],
]);

/** Types whose fields are the operations themselves, and are not stored. */
export const operationTypes: readonly string[] = ["Query", "Mutation", "Subscription"];
