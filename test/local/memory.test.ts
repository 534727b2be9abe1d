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

  it("names up to ten unsupported features in one message, and keeps the previous schema", async () => {
    await engine.setSchema("type Kept { x: Int }");
    const many = Array.from({ length: 12 }, (_, at) => `f${at}: String @search(by: [fulltext])`).join(" ");
    const message = await problem(engine.setSchema(`type A @auth(query: { rule: "x" }) { ${many} }`));
    expect(message)
      .to.contain("@auth (A), @search(by: [fulltext]) (A.f0)")
      .and.to.contain(" and 3 more: start the local cloud with");
    expect(await engine.schema()).to.equal("type Kept { x: Int }");
  });
});
