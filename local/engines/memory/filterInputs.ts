const ordered = ["Int", "Int64", "Float", "DateTime"].map(
  (type) => `
  input ${type}Range { min: ${type}! max: ${type}! }
  input ${type}Filter { eq: ${type} in: [${type}] le: ${type} lt: ${type} ge: ${type} gt: ${type} between: ${type}Range }`,
);

/** The input types for filters by scalar fields. */
export const filterInputs = `${ordered.join("")}
  input StringRange { min: String! max: String! }
  input StringTermFilter { allofterms: String anyofterms: String }
  input StringExactFilter { eq: String in: [String] le: String lt: String ge: String gt: String between: StringRange }
  input StringHashFilter { eq: String in: [String] }`;
