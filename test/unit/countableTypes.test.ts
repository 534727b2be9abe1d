import { expect } from "chai";
import { countsInDql, countsInGraphql, type GraphqlCounts } from "../../cli/summary/atStake/countableTypes";

describe("the types that can be counted", () => {
  describe("in GraphQL", () => {
    /** With an aggregate query for each of the names. */
    const plan = (schema: string, offered: readonly string[]): GraphqlCounts => {
      const queries = offered.map((name) => `\taggregate${name}(filter: ${name}Filter): ${name}AggregateResult`);
      return countsInGraphql({ schema, generatedSchema: `type Query {\n${queries.join("\n")}\n}` });
    };
    const namesIn = ({ types }: GraphqlCounts): string[] => types.map(({ type }) => type);

    it("are the object types, not their interfaces", () => {
      const found = plan("interface Named { name: String } type User implements Named { age: Int }", ["Named", "User"]);
      expect(found).to.deep.equal({ types: [{ type: "User", stored: "User", name: "User" }], unknown: [] });
    });

    it("have their name in GraphQL, whatever Dgraph calls them", () => {
      const found = plan('type Order @dgraph(type: "Bestellung") { total: Int }', ["Order"]);
      expect(found.types).to.deep.equal([{ type: "Order", stored: "Bestellung", name: "Order" }]);
    });

    it("are counted once where Dgraph stores two as one", () => {
      const found = plan(
        'type Order @dgraph(type: "O") { a: Int } type Bill @dgraph(type: "O") @generate(query: { aggregate: false }) { b: Int }',
        ["Order"],
      );
      expect(found.types).to.deep.equal([{ type: "Bill/Order", stored: "O", name: "Order" }]);
    });

    const rule = '@auth(query: { rule: "{$R: { eq: \\"x\\" } }" })';
    const addRule = rule.replace("query", "add");

    it("are not those whose rules hide nodes: their own, or an interface's", () => {
      const found = plan(
        `interface Named ${rule} { name: String } type User implements Named { age: Int } type Order ${rule} { total: Int } type Free { x: Int }`,
        ["Named", "User", "Order", "Free"],
      );
      expect(namesIn(found)).to.deep.equal(["Free"]);
      expect(found.unknown).to.deep.equal(["Order, User cannot be counted: their @auth rules hide nodes"]);
    });

    it("are not those with rules in an extension, or under a shared name in Dgraph", () => {
      const extended = plan(`type Order ${addRule} { total: Int } extend type Order ${rule} { x: Int }`, ["Order"]);
      expect(extended.unknown).to.deep.equal(["Order cannot be counted: its @auth rules hide nodes"]);
      const shared = plan(`type A ${rule} @dgraph(type: "T") { x: Int } type B @dgraph(type: "T") { y: Int }`, [
        "A",
        "B",
      ]);
      expect(shared).to.deep.equal({
        types: [],
        unknown: ["A/B cannot be counted: its @auth rules hide nodes"],
      });
    });

    it("are also those whose rules only restrict writing", () => {
      expect(plan(`type Order ${addRule} { total: Int }`, ["Order"])).to.deep.equal({
        types: [{ type: "Order", stored: "Order", name: "Order" }],
        unknown: [],
      });
    });

    it("are not those without an aggregate query, also where the schema has one of this name", () => {
      const without = plan("type Off @generate(query: { aggregate: false }) { a: Int } type On { a: Int }", ["On"]);
      expect(namesIn(without)).to.deep.equal(["On"]);
      expect(without.unknown).to.deep.equal(["Off cannot be counted: its aggregate query is switched off"]);
      const custom = plan(
        'type Off @generate(query: { aggregate: false }) { a: Int } type Count @remote { count: Int } type Query { aggregateOff: Count @custom(http: { url: "http://x.example", method: GET }) }',
        ["Off"],
      );
      expect(custom).to.deep.equal({ types: [], unknown: without.unknown });
    });

    it("are not those of another service, which are not in the backend", () => {
      expect(plan("type Far @remote { x: Int } type Near { y: Int }", ["Near"])).to.deep.equal({
        types: [{ type: "Near", stored: "Near", name: "Near" }],
        unknown: [],
      });
    });

    for (const line of [
      '# Dgraph.Authorization {"Header":"X","Namespace":"n","Algo":"HS256","VerificationKey":"k-e-y-k-e-y","ClosedByDefault":true}',
      '# Dgraph.Authorization {"Header":"X","Namespace":"n","JWKUrl":"https://x.example","Audience":["a"],"closedbydefault": true}',
    ])
      it(`are none where the schema is closed by default: ${line.slice(-22)}`, () => {
        const found = plan(`type Order { total: Int }\n${line}\n`, ["Order"]);
        expect(found.types).to.deep.equal([]);
        expect(found.unknown[0]).to.match(/^the nodes cannot be counted: its schema is closed by default/);
        const open = plan(`type Order { total: Int }\n${line.replace(/true/, "false")}\n`, ["Order"]);
        expect([namesIn(open), open.unknown]).to.deep.equal([["Order"], []]);
      });

    it("are none without a schema, or with one that cannot be read", () => {
      expect(plan("", []).unknown).to.deep.equal([
        "the nodes cannot be counted: it has no GraphQL schema, and does not answer DQL",
      ]);
      expect(plan("type {", []).unknown).to.deep.equal([
        "the nodes cannot be counted: this version cannot read its GraphQL schema",
      ]);
    });

    it("names at most ten types that cannot be counted", () => {
      const types = Array.from({ length: 12 }, (_, index) => `type T${index + 10} ${rule} { x: Int }`);
      expect(plan(types.join(" "), []).unknown).to.deep.equal([
        "T10, T11, T12, T13, T14, T15, T16, T17, T18, T19 and 2 more types cannot be counted: their @auth rules hide nodes",
      ]);
    });
  });

  describe("in DQL", () => {
    const type = (name: string, ...predicates: string[]): { name: string; predicates: string[] } => ({
      name,
      predicates,
    });

    it("are all types of Dgraph, those with rules and those of earlier schemas too", () => {
      const text = `interface Named { name: String }
        type User implements Named @auth(query: { rule: "{$R: { eq: \\"x\\" } }" }) { age: Int }
        type Order @dgraph(type: "Bestellung") { total: Int }
        type New { x: Int }`;
      const types = [
        type("Named", "Named.name"),
        type("User", "Named.name", "User.age"),
        type("Bestellung", "Bestellung.total"),
        type("Old", "Old.x"),
        type("dgraph.graphql", "dgraph.graphql.schema"),
      ];
      const predicates = [...new Set(types.flatMap((one) => one.predicates)), "dgraph.type"];
      expect(countsInDql(text, { types, predicates })).to.deep.equal({
        types: [
          { type: "Order", stored: "Bestellung" },
          { type: "New", stored: "New" },
          { type: "Old", stored: "Old" },
          { type: "User", stored: "User" },
        ],
        heads: [
          'func: eq(dgraph.type, ["Bestellung"])',
          'func: eq(dgraph.type, ["New"])',
          'func: eq(dgraph.type, ["Old"])',
          'func: eq(dgraph.type, ["User"])',
          'func: eq(dgraph.type, ["Bestellung", "Named", "New", "Old", "User"])',
        ],
        unknown: [],
      });
    });

    it("may have names with any characters", () => {
      const found = countsInDql("", { types: [type("größe x"), type('a"b')], predicates: [] });
      expect(found.heads).to.deep.equal([
        'func: eq(dgraph.type, ["a\\"b"])',
        'func: eq(dgraph.type, ["größe x"])',
        'func: eq(dgraph.type, ["a\\"b", "größe x"])',
      ]);
    });

    it("leave out nodes without a type, and say so", () => {
      const found = countsInDql("type User { age: Int }", {
        types: [type("User", "User.age")],
        predicates: ["User.age", "User.old", "dgraph.type", "knows"],
      });
      expect(found.unknown).to.deep.equal([
        "nodes without a type are not counted: they may have values of User.old, knows",
      ]);
    });

    it("need no request where Dgraph has no type", () => {
      expect(countsInDql("", { types: [], predicates: ["dgraph.type"] })).to.deep.equal({
        types: [],
        heads: [],
        unknown: [],
      });
    });

    it("have their names in Dgraph where the schema cannot be read", () => {
      const found = countsInDql("type {", { types: [type("User", "User.age")], predicates: ["User.age"] });
      expect(found.types).to.deep.equal([{ type: "User", stored: "User" }]);
    });
  });
});
