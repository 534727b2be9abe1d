import fc from "fast-check";
import type { StoredPredicate } from "../../provider/schema/grading";
import { predicatesOf } from "../../provider/schema/grading/predicates";

const scalar = fc.constantFrom(
  "String",
  "String!",
  "[String]",
  "Int",
  "Int!",
  "[Int!]",
  "Float",
  "Boolean",
  "DateTime",
  "Color",
  "[Color]",
  "String @search(by: [hash])",
  "String @search(by: [exact, term])",
  "String! @id",
  "Int @search",
);
const relation = fc.constantFrom("A", "[A]", "B", "[B!]", "C!");
const fields = fc.dictionary(
  fc.constantFrom("f", "g", "h", "i"),
  fc.oneof({ weight: 4, arbitrary: scalar }, relation),
  {
    minKeys: 1,
    noNullPrototype: true,
  },
);
const typeDirectives = fc.constantFrom(
  "",
  "",
  "",
  "@withSubscription",
  '@secret(field: "pw")',
  '@auth(query: { rule: "{$R: { eq: \\"a\\" }}" })',
);
const type = fc.tuple(typeDirectives, fields);

/** Schemas of the types A, B and C, which refer to each other, with an interface and an enum. They are valid for Dgraph. */
export const schemaTexts: fc.Arbitrary<string> = fc
  .record({
    a: type,
    b: type,
    c: type,
    hasInterface: fc.boolean(),
    isBRenamed: fc.boolean(),
    colors: fc.subarray(["RED", "GREEN", "BLUE"], { minLength: 1 }),
    key: fc.option(fc.constantFrom("first-hidden-key", "second-hidden-key")),
  })
  .map(({ a, b, c, hasInterface, isBRenamed, colors, key }) => {
    const text = (name: string, [directives, of]: readonly [string, (typeof a)[1]], implemented = ""): string =>
      `type ${name} ${implemented} ${directives} { id: ID! own${name}: String ${Object.entries(of)
        .map(([field, value]) => `${field}: ${value}`)
        .join(" ")} }`;
    return [
      `enum Color { ${colors.join(" ")} }`,
      text("A", a, hasInterface ? "implements Named" : ""),
      text("B", [`${b[0]} ${isBRenamed ? '@dgraph(type: "Bee")' : ""}`, b[1]]),
      text("C", c),
      // Dgraph refuses an interface without types.
      ...(hasInterface ? ["interface Named { name: String @search(by: [hash]) }"] : []),
      ...(key === null
        ? []
        : [`# Dgraph.Authorization {"Header":"X","Namespace":"n","Algo":"HS256","VerificationKey":"${key}"}`]),
    ].join("\n");
  });

/** What DQL `schema {}` answers after the deployment of a schema. */
export function storedAfter(text: string): StoredPredicate[] {
  return [...predicatesOf(text)].map(([predicate, { type: stored, isList, tokenizers, isUpsert }]) => ({
    predicate,
    type: stored,
    ...(isList ? { list: true } : {}),
    ...(tokenizers.size > 0 ? { index: true, tokenizer: [...tokenizers] } : {}),
    ...(isUpsert ? { upsert: true } : {}),
  }));
}
