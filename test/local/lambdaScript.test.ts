import { expect } from "chai";
import type { LambdaCall, DatabaseRequest } from "../../local/lambda/messages";
import { loadScript } from "../../local/lambda/script";

describe("a lambda script", () => {
  const requests: DatabaseRequest[] = [];
  /** Errors of a script are of another realm, so `instanceof Error` does not hold. */
  const failure = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "no failure",
      (error: unknown) => (error as Error).message,
    );
  const run = (source: string, call: LambdaCall, answer: unknown = {}): Promise<unknown> =>
    loadScript(source, {
      console,
      ask: (request) => {
        requests.push(request);
        return Promise.resolve(JSON.stringify(answer));
      },
    })(call);
  beforeEach(() => requests.splice(0));

  for (const prefix of ["", "self."]) {
    it(`registers with ${prefix}addGraphQLResolvers, and is called once for each parent`, async () => {
      const source = `${prefix}addGraphQLResolvers({
        "User.name": ({ type, parent, parents, args }) => [type, parent.first, parents.length, args],
        "Query.sum": async ({ args: { a, b }, parent, parents }) => a + b + String(parent) + String(parents),
      })`;
      const parents = [{ first: "Ann" }, { first: "Bob" }];
      expect(await run(source, { resolver: "User.name", parents })).to.deep.equal([
        ["User.name", "Ann", 2, {}],
        ["User.name", "Bob", 2, {}],
      ]);
      expect(await run(source, { resolver: "Query.sum", args: { a: 1, b: 2 } })).to.equal("3nullnull");
    });

    it(`registers with ${prefix}addMultiParentGraphQLResolvers, and is called once for all parents`, async () => {
      const source = `${prefix}addMultiParentGraphQLResolvers({
        "User.rank": ({ parents }) => parents.map(({ n }) => parents.filter((other) => other.n > n).length + 1),
        "Query.now": () => ["one"],
        "Query.many": async () => [1, 2],
        "User.text": () => "text",
      })`;
      const parents = [{ n: 1 }, { n: 3 }, { n: 2 }];
      expect(await run(source, { resolver: "User.rank", parents })).to.deep.equal([3, 1, 2]);
      expect(await run(source, { resolver: "Query.now" })).to.equal("one");
      expect(await failure(run(source, { resolver: "Query.many" }))).to.contain('"Query.many" did not return a list');
      expect(await failure(run(source, { resolver: "User.text", parents }))).to.contain("for each of the 3 parents");
    });

    it(`registers with ${prefix}addWebHookResolvers, by type and operation`, async () => {
      const source = `let seen; ${prefix}addWebHookResolvers({
        "User.add": async ({ type, event }) => { seen = [type, event.add.rootUIDs, event.commitTs]; return "ignored"; },
        "User.delete": async () => { throw new Error("too late"); },
      });
      addGraphQLResolvers({ "Query.seen": () => seen });`;
      const script = loadScript(source, { console, ask: () => Promise.resolve("{}") });
      const event = { __typename: "User", operation: "add", commitTs: 7, add: { rootUIDs: ["0x1"], input: [] } };
      expect(await script({ resolver: "$webhook", event })).to.equal(null);
      expect(await script({ resolver: "Query.seen" })).to.deep.equal(["User.add", ["0x1"], 7]);
      const deleted = { resolver: "$webhook", event: { __typename: "User", operation: "delete" } };
      expect(await failure(script(deleted))).to.equal("too late");
    });
  }

  it("registers with addEventListener, and is no longer called after removeEventListener", async () => {
    const source = `
      const listener = (event) => event.respondWith([event.type]);
      self.addEventListener("Query.a", listener);
      addEventListener("Query.b", listener);
      self.removeEventListener("Query.b", listener);`;
    expect(await run(source, { resolver: "Query.a" })).to.equal("Query.a");
    expect(await failure(run(source, { resolver: "Query.b" }))).to.equal('the lambda script has no resolver "Query.b"');
  });

  it("gets the header of the user's token, the access token, and the query info", async () => {
    const source = `addGraphQLResolvers({ "Query.who": ({ authHeader, accessJWT, info }) => [authHeader, accessJWT, info] })`;
    const authHeader = { key: "X-My-App", value: "jwt" };
    const info = { field: { name: "who" } };
    expect(await run(source, { resolver: "Query.who", authHeader, "X-Dgraph-AccessToken": "acl", info })).to.deep.equal(
      [authHeader, "acl", info],
    );
  });

  it("sends the user's tokens with its requests to the database", async () => {
    const source = `addGraphQLResolvers({
      "Query.plain": ({ graphql }) => graphql("{ a }"),
      "Query.other": ({ graphql }) => graphql("{ a }", { v: 1 }, { key: "X-Other", value: "mine" }),
      "Query.dql": ({ dql }) => dql.query("query q($n: string) {}", { $n: "x" }),
      "Query.rdf": ({ dql }) => dql.mutate("{ set { _:a <p> \\"x\\" . } }"),
      "Query.json": ({ dql }) => dql.mutate({ set: [{ p: "x" }] }, false),
    })`;
    const authHeader = { key: "X-My-App", value: "jwt" };
    for (const name of ["plain", "other", "dql", "rdf", "json"]) {
      const call = { resolver: `Query.${name}`, authHeader, "X-Dgraph-AccessToken": "acl" };
      expect(await run(source, call, { data: name })).to.deep.equal({ data: name });
    }
    const json = { "content-type": "application/json", "x-dgraph-accesstoken": "acl" };
    expect(requests).to.deep.equal([
      { path: "/graphql", headers: { ...json, "X-My-App": "jwt" }, body: '{"query":"{ a }","variables":{}}' },
      { path: "/graphql", headers: { ...json, "X-Other": "mine" }, body: '{"query":"{ a }","variables":{"v":1}}' },
      { path: "/query", headers: json, body: '{"query":"query q($n: string) {}","variables":{"$n":"x"}}' },
      {
        path: "/mutate?commitNow=true",
        headers: { ...json, "content-type": "application/rdf" },
        body: '{ set { _:a <p> "x" . } }',
      },
      { path: "/mutate?commitNow=false", headers: json, body: '{"set":[{"p":"x"}]}' },
    ]);
  });

  it("sends no header for tokens that the user has not sent", async () => {
    const source = `addGraphQLResolvers({ "Query.a": ({ graphql }) => graphql("{ a }") })`;
    await run(source, { resolver: "Query.a", authHeader: { key: "", value: "" }, "X-Dgraph-AccessToken": "" });
    expect(requests[0]?.headers).to.deep.equal({ "content-type": "application/json" });
  });

  it("gets errors that name its mistake", async () => {
    const source = `addGraphQLResolvers({
      "Query.nothing": () => {},
      "Query.none": () => null,
      "Query.thrown": () => { throw new TypeError("no such thing"); },
    })`;
    expect(await failure(run(source, { resolver: "Query.nothing" }))).to.contain("return a value, or null");
    expect(await run(source, { resolver: "Query.none" })).to.equal(null);
    expect(await failure(run(source, { resolver: "Query.thrown" }))).to.equal("no such thing");
    const event = { __typename: "Author", operation: "update" };
    expect(await failure(run(source, { resolver: "$webhook", event }))).to.contain('no resolver "Author.update"');
    expect(() => loadScript("export default 1", { console, ask: () => Promise.resolve("") })).to.throw(/export/);
  });

  it("sees the globals of Dgraph's lambda server, and none of Node's other ones", async () => {
    const names = [
      "fetch",
      "Headers",
      "URL",
      "atob",
      "TextEncoder",
      "setTimeout",
      "process",
      "require",
      "module",
      "Buffer",
    ];
    const source = `addGraphQLResolvers({ "Query.kinds": () => [${names.map((name) => `typeof ${name}`).join()}, crypto.randomUUID().length] })`;
    expect(await run(source, { resolver: "Query.kinds" })).to.deep.equal([
      ...Array<string>(6).fill("function"),
      ...Array<string>(4).fill("undefined"),
      36,
    ]);
  });
});
