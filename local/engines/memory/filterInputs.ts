const ordered = ["Int", "Int64", "Float", "DateTime"].map(
  (type) => `
  input ${type}Range { min: ${type}! max: ${type}! }
  input ${type}Filter { eq: ${type} in: [${type}] le: ${type} lt: ${type} ge: ${type} gt: ${type} between: ${type}Range }`,
);

/** The types for filters by scalar fields, and for places. */
export const filterInputs = `${ordered.join("")}
  input StringRange { min: String! max: String! }
  input StringTermFilter { allofterms: String anyofterms: String }
  input StringExactFilter { eq: String in: [String] le: String lt: String ge: String gt: String between: StringRange }
  input StringHashFilter { eq: String in: [String] }
  input StringFullTextFilter { alloftext: String anyoftext: String }
  input StringRegExpFilter { regexp: String }
  input StringNgramFilter { ngram: String }
  type Point { longitude: Float! latitude: Float! }
  type PointList { points: [Point!]! }
  type Polygon { coordinates: [PointList!]! }
  type MultiPolygon { polygons: [Polygon!]! }
  input PointRef { longitude: Float! latitude: Float! }
  input PointListRef { points: [PointRef!]! }
  input PolygonRef { coordinates: [PointListRef!]! }
  input MultiPolygonRef { polygons: [PolygonRef!]! }
  input NearFilter { distance: Float! coordinate: PointRef! }
  input WithinFilter { polygon: PolygonRef! }
  input ContainsFilter { point: PointRef polygon: PolygonRef }
  input IntersectsFilter { polygon: PolygonRef multiPolygon: MultiPolygonRef }
  input PointGeoFilter { near: NearFilter within: WithinFilter }
  input PolygonGeoFilter { near: NearFilter within: WithinFilter contains: ContainsFilter intersects: IntersectsFilter }`;
