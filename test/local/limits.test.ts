import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { add, countOf, make, type Made, post, session, setSchema } from "./calls";

const list = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");

describe("limits of a backend in memory", function () {
  this.timeout(30_000);
  let local: LocalCloud;
  let backend: Made;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    backend = await make(local, await session(local));
    await setSchema(backend, "type A { id: ID! x: Int many: [Int] }");
  });
  afterEach(() => local.close());

  const ask = (query: string): ReturnType<typeof post> => post(backend.graphql, query, {}, backend.auth);
  const refused = /the answer would have more than 1000000 values: ask for fewer records at a time/;

  it("refuses an answer with more than a million values", async () => {
    await add(
      backend,
      "A",
      Array.from({ length: 50_000 }, (_, x) => ({ x })),
    );
    const all = await ask("{ queryA { x id } }");
    expect((all.data as unknown as { queryA: unknown[] }).queryA).to.have.length(50_000);
    for (const query of [
      `{ ${list(1_000, (at) => `a${at}: queryA { x }`)} }`,
      `{ queryA { ${list(1_000, (at) => `a${at}: x`)} } }`,
      `{ queryA { ${list(10, () => "...f")} ...f } } fragment f on A { ${list(5, (at) => `a${at}: x`)} ...g } fragment g on A { ${list(100, (at) => `b${at}: id`)} }`,
    ]) {
      const { status, errors } = await ask(query);
      expect([status, errors?.[0]?.message]).to.satisfy(
        ([code, message]: [number, string]) => code === 200 && refused.test(message),
      );
    }
    expect(await countOf(backend, "A")).to.equal(50_000);
  });

  it("counts the values in lists, and in the answer of an add, which then adds nothing", async () => {
    await add(backend, "A", [{ many: Array.from({ length: 100_000 }, (_, x) => x) }]);
    expect((await ask(`{ ${list(20, (at) => `a${at}: queryA { many }`)} }`)).errors?.[0]?.message).to.match(refused);
    expect((await ask(`{ ${list(20, (at) => `a${at}: getA(id: "0x1") { many }`)} }`)).errors?.[0]?.message).to.match(
      refused,
    );
    const input = Array.from({ length: 10_000 }, (_, x) => ({ x }));
    const mutation = `mutation($i: [AddAInput!]!) { addA(input: $i) { a { ${list(200, (at) => `a${at}: x`)} } } }`;
    const { errors } = await post(backend.graphql, mutation, { i: input }, backend.auth);
    expect(errors?.[0]?.message).to.match(refused);
    expect(await countOf(backend, "A"), "nothing was added").to.equal(1);
  });

  for (const [what, schema, message] of [
    ["types", list(1_001, (at) => `type A${at} { x: Int }`), "1001 types and 1001 fields"],
    ["fields", `type A { ${list(10_001, (at) => `f${at}: Int`)} }`, "1 types and 10001 fields"],
    ["tokens", list(30_000, (at) => `type A${at} { x: Int }`), "more than 200000 tokens"],
  ] as const)
    it(`refuses a schema with too many ${what} at once, and keeps the previous one`, async () => {
      const began = Date.now();
      const { errors } = await setSchema(backend, schema);
      expect(errors?.[0]?.message).to.contain(message);
      expect(Date.now() - began).to.be.below(2_000);
      expect(await local.cloud.get(backend.uid).engine.schema()).to.contain("many: [Int]");
    });

  it("accepts a schema of a thousand types", async () => {
    const { errors } = await setSchema(
      backend,
      list(1_000, (at) => `type A${at} { ${list(10, (field) => `f${field}: Int`)} }`),
    );
    expect(errors).to.equal(undefined);
  });
});
