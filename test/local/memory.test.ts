import { expect } from "chai";
import { MemoryEngine } from "../../local/engines/memory";
import { type GraphqlAnswer } from "../../local/graphql/body";

/** Behaviour that `test/dgraph/parity.test.ts` cannot compare with a real Dgraph, or that must be tested without one. */
describe("the engine in memory", () => {
  let engine: MemoryEngine;
  const ask = (query: string): Promise<GraphqlAnswer> => engine.graphql({ query });
  const problem = (work: Promise<unknown>): Promise<string> => work.then(() => "none", String);

  beforeEach(() => {
    engine = new MemoryEngine();
  });

  it("makes all changes of a mutation or none, and skips the mutations after a failed one", async () => {
    await engine.setSchema("type A { x: Int bs: [B] } type B { k: String! @id n: Int }");
    const { data, errors } = await ask(`mutation {
      good: addA(input: [{ x: 1, bs: [{ k: "1" }] }]) { numUids }
      bad: addA(input: [{ x: 2, bs: [{ k: "2" }, { n: 1 }] }]) { numUids }
      after: addA(input: [{ x: 3 }]) { numUids } }`);
    expect(data).to.deep.equal({ good: { numUids: 2 }, bad: null, after: null });
    expect(errors?.map(({ message }) => message)).to.deep.equal([
      "type B requires a value for field k, but no value present",
      "Mutation addA was not executed because of a previous error.",
    ]);
    expect((await ask("{ queryA { x bs { k } } queryB { k } }")).data).to.deep.equal({
      queryA: [{ x: 1, bs: [{ k: "1" }] }],
      queryB: [{ k: "1" }],
    });
  });

  it("refuses an Int64 above 2^53, and names the engine that supports it", async () => {
    await engine.setSchema("type A { n: Int64 }");
    const { errors } = await ask("mutation { addA(input: [{ n: 9007199254740993 }]) { numUids } }");
    expect(errors?.[0]?.message).to.contain("--engine dgraph");
    expect((await ask("{ aggregateA { count } }")).data).to.deep.equal({ aggregateA: { count: 0 } });
  });

  it("keeps predicates that the schema no longer has, and restores relations from a backup", async () => {
    const schema = "type A { x: Int y: Int b: B } type B { k: String a: [A] @hasInverse(field: b) }";
    await engine.setSchema(schema);
    await ask('mutation { addA(input: [{ x: 1, y: 2, b: { k: "one" } }]) { numUids } }');
    const backup = await engine.takeBackup({ folder: "f", isFull: true, at: 0 });
    await engine.setSchema('type Renamed @dgraph(type: "A") { z: Int @dgraph(pred: "A.x") }');
    expect((await ask("{ queryRenamed { z } }")).data).to.deep.equal({ queryRenamed: [{ z: 1 }] });
    await ask("mutation { deleteRenamed(filter: {}) { numUids } }");
    const other = new MemoryEngine(structuredClone(engine.saved()));
    (await other.beginRestore(engine, backup, 0)).finish();
    expect((await other.graphql({ query: "{ queryB { k a { x y b { k } } } }" })).data).to.deep.equal({
      queryB: [{ k: "one", a: [{ x: 1, y: 2, b: { k: "one" } }] }],
    });
    const added = await other.graphql({ query: "mutation { addB(input: [{}]) { numUids } }" });
    expect(added.errors, "a new uid").to.equal(undefined);
    expect((await other.graphql({ query: "{ aggregateB { count } }" })).data).to.deep.equal({
      aggregateB: { count: 2 },
    });
  });

  it("saves a refused update and keeps the predicates, also over a restart and in a backup, until the old schema heals it", async () => {
    const before = "type User { n: String tags: [String] }";
    const after = "type User { n: Int tags: String }";
    await engine.setSchema(before);
    await ask('mutation { addUser(input: [{ n: "5", tags: ["x", "y"] }]) { numUids } }');
    expect(await problem(engine.setSchema(after))).to.equal(
      "Error: resolving updateGQLSchema failed because succeeded in saving GraphQL schema but failed to alter Dgraph schema - GraphQL layer may exhibit unexpected behaviour, reapplying the old GraphQL schema may prevent any issues: Schema change not allowed from [string] => string without deleting pred: User.tags",
    );
    const backup = await engine.takeBackup({ folder: "f", isFull: true, at: 0 });
    const restarted = new MemoryEngine(structuredClone(engine.saved()));
    const restored = new MemoryEngine();
    (await restored.beginRestore(engine, backup, 0)).finish();
    for (const one of [engine, restarted, restored]) {
      expect(await one.schema()).to.equal(after);
      const { data, errors } = await one.graphql({ query: "{ queryUser { n tags } }" });
      expect(data).to.deep.equal({ queryUser: [{ n: 5, tags: null }] });
      expect(errors?.[0]?.message).to.contain("A list was returned");
      expect(await problem(one.setSchema(before))).to.equal("none");
      expect((await one.graphql({ query: "{ queryUser { n tags } }" })).data).to.deep.equal({
        queryUser: [{ n: "5", tags: ["x", "y"] }],
      });
    }
  });

  it("reads what an earlier version saved, without predicates", async () => {
    await engine.setSchema("type A { x: [Int] }");
    const { content, backups } = engine.saved();
    const { predicates, types, ...earlier } = content;
    expect([predicates?.length, types?.length]).to.deep.equal([1, 1]);
    const read = new MemoryEngine({ content: earlier, backups });
    expect(read.content()).to.deep.equal(content);
  });

  it("writes through a predicate that a refused update left behind", async () => {
    await engine.setSchema("type User { id: ID! n: String tags: [String] }");
    await ask('mutation { addUser(input: [{ n: "5", tags: ["x"] }]) { numUids } }');
    expect(await problem(engine.setSchema("type User { id: ID! n: Int tags: String }"))).to.contain("User.tags");
    await ask('mutation { updateUser(input: { filter: {}, set: { n: 6, tags: "y" } }) { numUids } }');
    await engine.setSchema("type User { id: ID! n: String tags: [String] }");
    expect((await ask("{ queryUser { n tags } }")).data).to.deep.equal({ queryUser: [{ n: "6", tags: ["x", "y"] }] });
  });

  it("accepts what needs a real Dgraph to be answered, and refuses the requests that ask for it", async () => {
    await engine.setSchema(`
      type A { id: ID! s: String @search(by: [fulltext]) r: String @search(by: [regexp]) g: String @search(by: [ngram]) p: Point @search
        e: E @search(by: [exact]) c: String @custom(http: { url: "http://127.0.0.1:1/$id", method: GET }) l: Int @lambda }
      enum E { X Y }
      type R @remote { z: Int }
      type Query { q: [R] @custom(http: { url: "http://127.0.0.1:1/", method: GET }) }
      type Mutation { m(n: Int): A @lambda }`);
    expect(
      await ask('mutation { addA(input: [{ s: "x", p: { longitude: 1, latitude: 2 }, e: X }]) { numUids } }'),
    ).to.deep.equal({
      data: { addA: { numUids: 1 } },
    });
    const near = "near: { distance: 1, coordinate: { longitude: 1, latitude: 1 } }";
    for (const [document, what] of [
      ['{ queryA(filter: { s: { alloftext: "x" } }) { id } }', 'the search "alloftext" (s)'],
      ['{ queryA(filter: { r: { regexp: "/x/" } }) { id } }', 'the search "regexp" (r)'],
      ['{ queryA(filter: { g: { ngram: "x" } }) { id } }', 'the search "ngram" (g)'],
      [`{ queryA(filter: { p: { ${near} } }) { id } }`, 'the search "near" (p)'],
      ["{ queryA(filter: { e: { between: X } }) { id } }", 'the search "between" (e)'],
      ["{ queryA { s c } }", "@custom and @lambda (A.c)"],
      ["{ queryA { s l } }", "@custom and @lambda (A.l)"],
      ["{ q { z } }", "@custom and @lambda (Query.q)"],
      ["mutation { m(n: 1) { id } }", "@custom and @lambda (Mutation.m)"],
    ] as const)
      expect((await ask(document)).errors?.[0]?.message, document)
        .to.contain(what)
        .and.to.contain("--engine dgraph");
    expect((await ask("{ queryA { s p { longitude } } }")).data).to.deep.equal({
      queryA: [{ s: "x", p: { longitude: 1 } }],
    });
  });

  it("accepts @auth and # Dgraph.Authorization, and ignores the rules", async () => {
    await engine.setSchema(`type A @auth(query: { rule: "{ $ROLE: { eq: \\"ADMIN\\" } }" }) { x: Int }
      # Dgraph.Authorization {"Header":"X-My-Auth","Namespace":"n","Algo":"HS256","VerificationKey":"k","ClosedByDefault":true}`);
    await ask("mutation { addA(input: [{ x: 1 }]) { numUids } }");
    expect((await ask("{ queryA { x } }")).data).to.deep.equal({ queryA: [{ x: 1 }] });
  });

  it("keeps a password as a hash", async () => {
    await engine.setSchema('type A @secret(field: "pw") { n: String! @id }');
    await ask('mutation { addA(input: [{ n: "a", pw: "correct horse" }]) { numUids } }');
    expect(JSON.stringify(engine.saved())).to.contain('"A.pw"').and.not.to.contain("correct horse");
    const restarted = new MemoryEngine(structuredClone(engine.saved()));
    const check = async (pw: string): Promise<unknown> =>
      (await restarted.graphql({ query: `{ checkAPassword(n: "a", pw: "${pw}") { n } }` })).data;
    expect(await check("correct horse")).to.deep.equal({ checkAPassword: { n: "a" } });
    expect(await check("wrong horse")).to.deep.equal({ checkAPassword: null });
  });

  it("names up to ten unsupported features in one message, and keeps the previous schema", async () => {
    await engine.setSchema("type Kept { x: Int }");
    const many = Array.from({ length: 12 }, (_, at) => `f${at}: [Float!] @embedding`).join(" ");
    const message = await problem(engine.setSchema(`type A @key(fields: "f0") { ${many} }`));
    expect(message).to.contain("@key (A), @embedding (A.f0)").and.to.contain(" and 3 more: start the local cloud with");
    expect(await engine.schema()).to.equal("type Kept { x: Int }");
  });
});
