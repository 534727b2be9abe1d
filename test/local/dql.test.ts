import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { make, type Made, post, session, setSchema } from "./calls";
import { askDql, countsOf } from "./dql";

/** What `test/dgraph/schemaParity.test.ts` cannot compare, or what must be tested without a real Dgraph. */
describe("DQL in memory", () => {
  let local: LocalCloud;
  let backend: Made;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    backend = await make(local, await session(local), { deploymentMode: "flexible" });
    await setSchema(
      backend,
      'type User { name: String @id age: Int @dgraph(pred: "years") tags: [String] pets: [User] }',
    );
    const { errors } = await post(
      backend.graphql,
      'mutation { addUser(input: [{ name: "a", age: 3, tags: ["t"], pets: [{ name: "b" }] }]) { numUids } }',
      {},
      backend.auth,
    );
    expect(errors).to.equal(undefined);
  });
  afterEach(() => local.close());

  const refusal = async (document: string, type?: string): Promise<string> => {
    const { status, data, errors } = await askDql(backend, document, type);
    expect([status, data]).to.deep.equal([200, null]);
    return errors?.[0]?.message ?? "";
  };

  it("shows predicates, types, and counts", async () => {
    const { data } = await askDql(backend, "schema(pred: [User.name, years, User.tags, User.pets]) {}");
    expect(data).to.deep.equal({
      schema: [
        { predicate: "User.name", type: "string", index: true, tokenizer: ["hash"], upsert: true },
        { predicate: "User.pets", type: "uid", list: true },
        { predicate: "User.tags", type: "string", list: true },
        { predicate: "years", type: "int" },
      ],
    });
    expect(
      await countsOf(
        backend,
        "{ all(func: type(User)) { count(uid) } aged(func: has(years)) { count(uid) } tagless(func: type(User)) @filter(NOT has(User.tags)) { count(uid) } }",
      ),
    ).to.deep.equal({ all: 2, aged: 1, tagless: 1 });
  });

  it("counts a node once that has several of the types", async () => {
    await setSchema(
      backend,
      "interface Named { name: String } type Dog implements Named { age: Int } type Cat { x: Int }",
    );
    const { errors } = await post(
      backend.graphql,
      'mutation { addDog(input: [{ name: "a" }, { name: "b" }]) { numUids } addCat(input: [{ x: 1 }]) { numUids } }',
      {},
      backend.auth,
    );
    expect(errors).to.equal(undefined);
    expect(
      await countsOf(
        backend,
        '{ all(func: eq(dgraph.type, ["Dog", "Named", "Cat"])) { count(uid) } named(func: has(dgraph.type)) @filter(eq(dgraph.type, "Named")) { count(uid) } }',
      ),
    ).to.deep.equal({ all: 3, named: 2 });
  });

  it("answers the example of the README", async () => {
    const readme = readFileSync(join(__dirname, "..", "..", "local", "README.md"), "utf8");
    const [, example = ""] = /### DQL in memory[^]*?```text\n([^]*?)```/.exec(readme) ?? [];
    await setSchema(backend, "enum Color { RED GREEN } type User { id: ID! age: Int color: Color email: String }");
    const input = '[{ age: 1, color: RED, email: "e" }, { color: GREEN, email: "e" }]';
    await post(backend.graphql, `mutation { addUser(input: ${input}) { numUids } }`, {}, backend.auth);
    expect((await askDql(backend, example)).data).to.deep.equal({
      users: [{ count: 1 }],
      // Two are older than the schema, and have no color.
      others: [{ count: 3 }],
      emails: [{ "@groupby": [{ "User.email": "e", count: 2 }] }],
    });
  });

  it("takes a document as JSON, without variables", async () => {
    const query = "{ a(func: has(years)) { count(uid) } }";
    const answer = { a: [{ count: 1 }] };
    expect((await askDql(backend, JSON.stringify({ query }), "application/json")).data).to.deep.equal(answer);
    expect((await askDql(backend, JSON.stringify({ query, variables: {} }), "application/json")).data).to.deep.equal(
      answer,
    );
    const withVariables = JSON.stringify({ query, variables: { $a: "1" } });
    expect(await refusal(withVariables, "application/json")).to.contain("variables in DQL");
    expect(await refusal("[", "application/json")).to.contain("is not JSON");
    expect(await refusal("null", "application/json")).to.contain('a string "query"');
    expect(await refusal(query, "text/plain")).to.contain("Unsupported Content-Type");
  });

  for (const [document, where] of [
    ["{ a(func: has(User.name)) { uid } }", 'line 1 column 32, "}"'],
    ["{ a(func: has(User.name), first: 1) { count(uid) } }", 'line 1 column 24, ","'],
    ["{ a(func: uid(0x1)) { count(uid) } }", 'line 1 column 10, "uid"'],
    ['{ a(func: eq(User.name, "a")) { count(uid) } }', 'line 1 column 10, "eq"'],
    ["{\n  a(func: has(User.name))\n  @cascade { count(uid) } }", 'line 3 column 3, "cascade"'],
    ["{ a(func: has(User.name)) { count(uid) } } { }", 'line 1 column 43, "{"'],
    ["{ a(func: has(User.name)) { count(uid) }", "the end"],
    ["{ a(func: has(User.name)) @groupby(User.tags) { count(uid) } }", "@groupby on the list User.tags"],
    ["upsert { }", 'line 1 column 0, "upsert"'],
  ] as const)
    it(`refuses ${JSON.stringify(document)} with its place and the remedy`, async () => {
      expect(await refusal(document))
        .to.contain(where)
        .and.to.contain("--engine dgraph");
    });

  for (const [document, message] of [
    ["", "the end"],
    ["{ a(func: has(User.name)) { count(uid) } ^ }", 'line 1 column 41, "^"'],
    ['{ a(func: has(User.name)) @filter(eq(User.name, "a', "line 1 column 48"],
    ['{ a(func: has(User.name)) @filter(eq(User.name, "\\x")', "not a valid string"],
    ["{ a(func: has(User.name)) @filter(regexp(User.name, /(/)) { count(uid) } }", "is not a regular expression"],
    ["{ a(func: has(User.name)) @filter(regexp(User.name, /a/s)) { count(uid) } }", "takes the flag i only"],
    [`{ a(func: has(User.name)) @filter(${"(".repeat(200)}`, "more than 100 deep"],
    ["{ a ".repeat(20_000), "more than 20000 tokens"],
  ] as const)
    it(`refuses a document that Dgraph would refuse: ${document.slice(0, 60)}`, async () => {
      expect(await refusal(document)).to.contain(message);
    });

  it("depends on the mode of the backend, and needs its token", async () => {
    const headers = await session(local);
    const readonly = await make(local, headers, { deploymentMode: "readonly" });
    const graphql = await make(local, headers);
    expect((await askDql(readonly, "schema {}")).status).to.equal(200);
    expect((await askDql(graphql, "schema {}")).status).to.equal(403);
    expect((await askDql({ ...backend, auth: {} }, "schema {}")).status).to.equal(401);
    const mutate = await fetch(`http://${backend.url}/mutate`, { method: "POST", headers: backend.auth, body: "{}" });
    expect([mutate.status, await mutate.text()]).to.satisfy(
      ([status, text]: [number, string]) => status === 404 && text.includes("--engine dgraph"),
    );
  });
});
