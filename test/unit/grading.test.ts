import { ChangeType } from "@graphql-inspector/core";
import { expect } from "chai";
import fc from "fast-check";
import {
  gradeChanges,
  grades,
  isSameSchema,
  needsConsent,
  predicateDrift,
  problemsOf,
  refusedByStorage,
} from "../../provider/schema/grading";
import { outcomeOf } from "../../provider/schema/grading/apiOutcomes";
import { acceptedTexts, gradingCases, refusedTexts } from "./grading.cases";
import { schemaTexts, storedAfter } from "./gradingTexts";

const setting = (key: string): string =>
  `# Dgraph.Authorization {"Header":"X","Namespace":"n","Algo":"HS256","VerificationKey":"${key}"}`;

describe("the grading of schema changes", () => {
  for (const { title, before, after, changes, hints = {}, alsoSecurity = [] } of gradingCases)
    it(`grades: ${title}`, async () => {
      const graded = await gradeChanges(before, after);
      expect(graded.map(({ path, grade }) => [path, grade])).to.deep.equal(changes);
      const ofSecurity = graded.filter((change) => change.alsoSecurity === true).map(({ path }) => path);
      expect(ofSecurity, "a matter of security as well").to.deep.equal(alsoSecurity);
      // DQL refuses a language of a predicate that has none, and all counts with it.
      for (const { stake } of graded) expect(stake?.query.replace("@filter", "") ?? "").not.to.contain("@");
      for (const [path, hint] of Object.entries(hints))
        expect(graded.find((change) => change.path === path)?.hint, path).to.contain(hint);
    });

  it("needs consent for the four worst grades", () => {
    expect(grades.filter(needsConsent)).to.deep.equal(["REFUSED", "HIDES_DATA", "READS_FAIL", "SECURITY"]);
  });

  it("says in one change all that happens at a path, the worst first", async () => {
    const [, moved, ...others] = await gradeChanges(
      "type User { id: ID! name: String age: Int }",
      "interface Named { name: String! } type User implements Named { id: ID! age: Int }",
    );
    expect(moved).to.deep.include({ path: "User.name", grade: "HIDES_DATA" });
    expect(moved?.description)
      .to.contain("field moved from User to Named")
      .and.to.contain("null in place of each object");
    expect(others.map(({ path }) => path)).to.deep.equal(["Named"]);
    expect(moved?.stake).to.deep.equal({
      what: "nodes that have User.name or nodes of User without Named.name",
      query: "func: has(dgraph.type)) @filter(has(User.name) OR (type(User) AND (NOT has(Named.name)))",
    });
  });

  it("has an outcome for every kind of change that the inspector reports", () => {
    const kinds = Object.values(ChangeType) as string[];
    expect(kinds).to.have.length.above(70);
    for (const type of kinds)
      expect(outcomeOf({ type, path: "A.b.@search", meta: {} }).description, type).not.to.contain(
        "no grade of its own",
      );
    for (const unknown of ["SOMETHING_NEW", "DIRECTIVE_USAGE_OBJECT_ADDED"])
      expect(outcomeOf({ type: unknown, path: "A.@new", meta: {} }).grade, unknown).to.equal("CLIENTS_BREAK");
  });

  it("gives each removed field a new one of its own in the hints, and none that cannot hold its values", async () => {
    const hintsOf = async (before: string, after: string): Promise<Record<string, string | undefined>> =>
      Object.fromEntries((await gradeChanges(before, after)).map(({ path, hint }) => [path, hint]));
    const renamed = await hintsOf(
      "type A { id: ID! a: String b: String c: Int }",
      'type A { id: ID! x: String @custom(http: { url: "http://a", method: GET }) y: String z: String n: [Int] }',
    );
    expect(renamed["A.a"]).to.contain('@dgraph(pred: "A.a") on A.y');
    expect(renamed["A.b"]).to.contain('@dgraph(pred: "A.b") on A.z');
    expect(renamed["A.c"]).to.equal(undefined);
    const other = await hintsOf("type Dog { id: ID! nick: String }", "type Car { id: ID! wheels: Int }");
    expect(other["Dog"], "types that have only the ID in common").to.equal(undefined);
    const moved = await hintsOf(
      "type A { name: String x: Int } type B { name: String x: Int }",
      "interface Named { name: String } type A implements Named { x: Int } type B implements Named { x: Int }",
    );
    expect(moved["A.name"], "two predicates for one field").to.equal(undefined);
  });

  it("counts what is at stake in lists and in several predicates", async () => {
    const stakeOf = async (before: string, after: string): Promise<string | undefined> =>
      (await gradeChanges(before, after))[0]?.stake?.query;
    expect(await stakeOf("type A { x: [String] }", "type A { x: [Int] }")).to.equal("func: has(A.x)");
    const colors = (values: string): string => `enum C { ${values} } type A { x: C y: C }`;
    expect(await stakeOf(colors("RED BLUE"), colors("RED"))).to.equal(
      'func: has(dgraph.type)) @filter(eq(A.x, ["BLUE"]) OR eq(A.y, ["BLUE"])',
    );
  });

  it("gives no hint that leads back to what Dgraph refuses", async () => {
    const before = "type User { name: String tags: [String] }";
    const [refused] = await gradeChanges(before, "type User { name: String tags: String }");
    expect(refused?.hint).to.contain("@dgraph(pred:)");
    const [moved] = await gradeChanges(before, 'type User { name: String tags: String @dgraph(pred: "User.tag") }');
    expect(moved).to.deep.include({ path: "User.tags.@dgraph", grade: "HIDES_DATA" });
    expect(moved?.hint).to.equal(undefined);
  });

  it("removes the whole schema, or adds it", async () => {
    const text = "type A { x: Int b: B } type B { y: Int } enum E { X }";
    const removed = await gradeChanges(text, "");
    expect(removed.map(({ path, grade }) => `${path} ${grade}`)).to.deep.equal([
      "A HIDES_DATA",
      "B HIDES_DATA",
      "E CLIENTS_BREAK",
    ]);
    expect((await gradeChanges("# none", text)).map(({ grade }) => grade)).to.deep.equal([
      "ADDITIVE",
      "ADDITIVE",
      "ADDITIVE",
    ]);
  });

  it("asks for consent to all where the schema from before cannot be read", async () => {
    const [change, ...others] = await gradeChanges("type Broken {", "type User { name: String }");
    expect(change).to.deep.include({ path: "*", grade: "HIDES_DATA" });
    expect(others).to.deep.equal([]);
  });

  it("reads the empty brackets of a directive, as Dgraph does", async () => {
    const text = "type User @auth( ) {\n  name: Strin\n}";
    expect(problemsOf(text)).to.have.length(1);
    expect(problemsOf(text)[0]).to.deep.include({ line: 2, column: 9 });
    expect(await gradeChanges("type User @auth() { name: String }", "type User @auth { name: String }")).to.deep.equal(
      [],
    );
  });

  it("finds nothing between a schema and itself in other words", async () => {
    const text = `"""About A""" type A @auth(query: { rule: "x", not: null }) { x: String @search(by: [hash, term]) b: [B] @hasInverse(field: a) }
      type B implements I & J { a: A } interface I { i: Int } interface J { j: Int } enum E { X Y } union U = A | B
      ${setting("hidden")}`;
    const other = `# A comment
      #Dgraph.Authorization {"VerificationKey":"hidden", "Algo":"HS256","Namespace":"n","Header":"X"}
      union U = B | A\r\nenum E { Y, X } interface J { j: Int } interface I { i: Int }
      type B implements J & I { a: A }
      "About A" type A @auth(query: { not: null, rule: """x""" }) {
        b: [B] @hasInverse(field: "a"), x: String @search(by: ["term", "hash"]) }`;
    expect(isSameSchema(text, other)).to.equal(true);
    expect(await gradeChanges(text, other)).to.deep.equal([]);
    for (const changed of [
      other.replace("hidden", "other-key"),
      other.replace("#Dgraph", "#dgraph"),
      other.replace("About A", "About B"),
      other.replace("hash", "exact"),
      other.replace("rule: ", "and: "),
    ])
      expect(isSameSchema(text, changed), changed).to.equal(false);
    const origins = ['"https://a.example"', '"https://b.example"'].map((origin) => `# Dgraph.Allow-Origin ${origin}`);
    const withOrigins = (lines: readonly string[]): string => `type A { x: Int }\n${lines.join("\n")}`;
    expect(isSameSchema(withOrigins(origins), withOrigins([...origins].reverse())), "order of origins").to.equal(true);
    const repeated = (fields: string): string => `interface I { x: Int } type A implements I { ${fields} y: Int }`;
    expect(isSameSchema(repeated(""), repeated("x: Int")), "a repeated field of an interface").to.equal(true);
    expect(isSameSchema("", "# none"), "no schema").to.equal(true);
    expect(isSameSchema("type A {", "type A {"), "a text that is no schema").to.equal(true);
    expect(isSameSchema("type A {", "type A { "), "two texts that are no schemas").to.equal(false);
  });

  it("agrees with isSameSchema on any two schemas, and gives each path one change, the worst first", () =>
    fc.assert(
      fc.asyncProperty(schemaTexts, schemaTexts, async (one, other) => {
        expect(await gradeChanges(one, one)).to.deep.equal([]);
        const changes = await gradeChanges(one, other);
        expect(changes.length === 0).to.equal(isSameSchema(one, other));
        const paths = changes.map(({ path }) => path);
        expect(new Set(paths).size, paths.join()).to.equal(paths.length);
        const ranks = changes.map(({ grade }) => grades.indexOf(grade));
        expect(ranks).to.deep.equal([...ranks].sort((a, b) => a - b));
        for (const { description, hint = "" } of changes) {
          expect(description).to.match(/^\S.*[^.\s]$/);
          expect(hint).not.to.match(/[\r\n]/);
        }
      }),
      { numRuns: 60 },
    ));

  it("foretells from the predicates what it foretells from the old text", () =>
    fc.assert(
      fc.asyncProperty(schemaTexts, schemaTexts, async (one, other) => {
        const changes = await gradeChanges(one, other);
        const refused = refusedByStorage(storedAfter(one), other);
        const described = changes.filter(({ grade }) => grade === "REFUSED").map(({ path }) => path);
        expect(described).to.deep.equal(refused.map(({ path }) => path));
      }),
      { numRuns: 60 },
    ));

  it("calls nothing additive that takes a predicate away or changes it", () =>
    fc.assert(
      fc.asyncProperty(schemaTexts, schemaTexts, async (one, other) => {
        const drift = predicateDrift(storedAfter(one), other);
        const changed = drift.filter((line) => !line.endsWith("the predicate is missing"));
        const known = new Set(storedAfter(other).map(({ predicate }) => predicate));
        const lost = storedAfter(one).filter(({ predicate }) => !known.has(predicate));
        if (changed.length === 0 && lost.length === 0) return;
        const changes = await gradeChanges(one, other);
        expect(changes.some(({ grade }) => grade !== "ADDITIVE")).to.equal(true);
        if (lost.length > 0) expect(changes.some(({ grade }) => grade === "HIDES_DATA")).to.equal(true);
      }),
      { numRuns: 60 },
    ));

  it("repeats no value of a setting", async () => {
    const texts = [
      `type A { x: Int }\n${setting("first-hidden")}\n# Dgraph.Secret KEY "second-hidden"`,
      `type A { x: Int }\n${setting("third-hidden")}\n${setting("fourth-hidden")}`,
      `type A { x: Nope ${setting("fifth-hidden")}\n}`,
      'type A { x: Int }\nDgraph.Authorization {"VerificationKey":"sixth-hidden"}',
      'type A { x: Int }\n# Dgraph.Authorization {\n"VerificationKey":"seventh-hidden"}',
      `type A { x: Int }\n# Dgraph.Secret K "eighth-hidden${"x".repeat(65_536)}"`,
      `type A { x: Int }\n# Dgraph.Secret K "ninth-hidden\0"`,
    ];
    for (const text of texts.slice(1)) expect(problemsOf(text), text.slice(0, 80)).to.have.length.above(0);
    expect(JSON.stringify(texts.map(problemsOf))).not.to.contain("hidden");
    expect(problemsOf(texts[1] ?? "")[0]?.source).to.equal("# Dgraph.Authorization …");
    const changes = await gradeChanges(texts[0] ?? "", texts[1] ?? "");
    expect(changes.map(({ path }) => path)).to.deep.equal(["Dgraph.Authorization", "Dgraph.Secret"]);
    expect(JSON.stringify(changes)).not.to.contain("hidden");
    const custom = (url: string): string =>
      `type A { x: Int } type Query { q: A @custom(http: { url: "${url}", method: GET }) }`;
    const ofArguments = await gradeChanges(custom("http://a/hidden"), custom("http://b/hidden"));
    expect(ofArguments.map(({ path }) => path)).to.deep.equal(["Query.q.@custom"]);
    expect(JSON.stringify(ofArguments)).not.to.contain("hidden");
  });

  it("grades 300 types with 20 fields each", async function () {
    const text = (field: string): string =>
      Array.from(
        { length: 300 },
        (_, number) =>
          `type T${number} { id: ID! next: T${(number + 1) % 300} ${Array.from(
            { length: 18 },
            (__, index) => `f${index}: String @search(by: [hash])`,
          ).join(" ")} ${field}: Int }`,
      ).join("\n");
    await gradeChanges("type A { x: Int }", "type A { y: Int }");
    const start = performance.now();
    const changes = await gradeChanges(text("last"), text("other"));
    this.test!.title += ` (${Math.round(performance.now() - start)} ms)`;
    expect(changes.filter(({ grade }) => grade === "HIDES_DATA")).to.have.length(300);
    expect(changes.filter(({ hint }) => hint?.includes("@dgraph(pred:"))).to.have.length(300);
  });
});

describe("the problems of a schema", () => {
  for (const [text, place, message] of refusedTexts)
    it(`are found at ${place}: ${message}`, () => {
      const [problem] = problemsOf(text);
      expect(problem?.message).to.contain(message);
      expect(`${problem?.line}:${problem?.column}`).to.equal(place);
    });

  it("show the line, and the part of a long one", () => {
    const [short] = problemsOf("type A {\n  x: Strin # why\n}");
    expect(short?.source).to.equal("x: Strin # why");
    const [long] = problemsOf(`type A { ${"x: Int ".repeat(100)} y: Strin ${"# ".repeat(100)}\n}`);
    expect(long?.source).to.match(/^….*y: Strin .*…$/);
    expect(long?.source).to.have.length.below(200);
  });

  it("are all named, up to a limit", () => {
    expect(problemsOf("type A { x: Strin y: Flot }")).to.have.length(2);
    expect(
      problemsOf(`type A { ${Array.from({ length: 50 }, (_, number) => `f${number}: Nope`).join(" ")} }`),
    ).to.have.length(20);
  });

  it("are none in schemas that Dgraph accepts", () => {
    const texts = [...acceptedTexts, ...gradingCases.flatMap(({ before, after }) => [before, after])];
    for (const text of texts.filter((one) => one !== "")) expect(problemsOf(text), text).to.deep.equal([]);
    fc.assert(fc.property(schemaTexts, (text) => problemsOf(text).length === 0));
  });
});

describe("the drift of predicates", () => {
  const text = `type User { id: ID! name: String! @id tags: [String] @search(by: [term]) friends: [User] }
    type Film @dgraph(type: "film") { name: String @dgraph(pred: "film.name@en") of: [User] @dgraph(pred: "~User.films") }`;
  const stored = storedAfter(text);

  it("is none after a deployment, whatever else is stored", () => {
    expect(stored.map(({ predicate }) => predicate).sort()).to.deep.equal([
      "User.friends",
      "User.name",
      "User.tags",
      "film.name",
    ]);
    expect(predicateDrift([...stored, { predicate: "other", type: "int" }], text)).to.deep.equal([]);
    expect(predicateDrift([], "")).to.deep.equal([]);
  });

  it("is named in one line for each predicate", () => {
    const drifted = stored
      .filter(({ predicate }) => predicate !== "film.name")
      .map((one) =>
        one.predicate === "User.name"
          ? { predicate: "User.name", type: "int", list: true }
          : one.predicate === "User.tags"
            ? { ...one, tokenizer: ["hash", "term"], upsert: true }
            : one,
      );
    expect(predicateDrift(drifted, text)).to.have.members([
      "film.name: the predicate is missing",
      "User.name: the type is [int] instead of string, the index is none instead of hash, @upsert is missing",
      "User.tags: the index is hash, term instead of term, @upsert is there without an @id",
    ]);
  });

  it("takes the type of a predicate from the first of its fields in the text", () => {
    const first = 'type Z { x: String @dgraph(pred: "q@en") } type A { x: [Int] @dgraph(pred: "q") y: Int }';
    const drifted = [
      { predicate: "q", type: "int", list: true },
      { predicate: "A.y", type: "int" },
    ];
    expect(predicateDrift(drifted, first)).to.deep.equal(["q: the type is [int] instead of string"]);
    expect(refusedByStorage(drifted, first).map(({ path }) => path)).to.deep.equal(["Z.x"]);
    const key = 'type Z { x: String @id @dgraph(pred: "q") } type A { x: String @dgraph(pred: "q@en") y: Int }';
    expect(predicateDrift(storedAfter(first), key)).to.deep.equal([
      "q: the index is none instead of hash, @upsert is missing",
    ]);
  });

  it("tells which fields Dgraph refuses because of what is stored", () => {
    const now = [
      { predicate: "User.name", type: "password" },
      { predicate: "User.tags", type: "uid", list: true },
      { predicate: "User.friends", type: "string" },
      { predicate: "film.name", type: "int" },
    ];
    expect(
      refusedByStorage(now, text).map(({ path, grade, stake }) => [path, grade, stake?.onlyWithData]),
    ).to.deep.equal([
      ["User.friends", "REFUSED", true],
      ["User.name", "REFUSED", undefined],
      ["User.tags", "REFUSED", true],
    ]);
    expect(
      refusedByStorage([{ predicate: "User.pw", type: "string" }], 'type User @secret(field: "pw") { name: String }'),
    ).to.have.length(1);
    const renamed = 'type User @secret(field: "pw", pred: "word") { tag: String @dgraph(pred: "<the tag>") }';
    const of = (predicate: string, type: string) => ({ predicate, type, list: true });
    expect(
      refusedByStorage([of("word", "string"), of("the tag", "int")], renamed).map(({ path, predicate }) => [
        path,
        predicate,
      ]),
    ).to.deep.equal([
      ["User.@secret", "word"],
      ["User.tag", "the tag"],
    ]);
    expect(refusedByStorage(stored, text)).to.deep.equal([]);
  });
});
