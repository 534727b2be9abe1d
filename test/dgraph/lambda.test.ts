import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { LocalCloud } from "dgraphcloud-local";
import { add, countOf, type Made, post, type Reply, session, setSchema } from "../local/calls";
import { lambdasOfThisProcess } from "../local/lambdas";
import { engineOf, ready, startDgraphCloud } from "./cloud";

const schema = `
  type Author @lambdaOnMutate(add: true, update: true, delete: true) {
    id: ID!
    name: String! @search(by: [hash])
    reputation: Float
    books: [Book] @hasInverse(field: author)
    bio: String @lambda
    rank: Int @lambda
  }
  type Book { id: ID! title: String! author: Author summary(long: Boolean): String @lambda }
  type Query {
    hello(name: String!): String! @lambda
    reputationOf(name: String!): Float @lambda
    who: String @lambda
    authors: [Author] @lambda
    broken: Int @lambda
    missing: Int @lambda
  }
  type Mutation { newAuthor(name: String!): ID! @lambda  newRaw(name: String!): String @lambda }
  # Dgraph.Authorization {"Header":"X-My-App","Namespace":"https://my.app/claims","Algo":"HS256","VerificationKey":"secret"}
`;

const script = `
  self.addGraphQLResolvers({
    "Author.bio": ({ parent: { name, reputation = "none yet" } }) => \`\${name}: \${reputation}\`,
    "Book.summary": async ({ parent: { title } }) => "On " + title,
    "Query.hello": ({ args: { name } }) => { console.log("greeted", name); return "Hello " + name; },
    "Query.who": ({ authHeader }) => \`\${authHeader.key}=\${authHeader.value}\`,
    "Query.authors": async ({ graphql }) => (await graphql("{ queryAuthor(order: { asc: name }) { id name reputation } }")).data.queryAuthor,
    "Query.broken": () => { throw new Error("out of order"); },
    "Query.reputationOf": async ({ args, dql }) => {
      const q = "query q($n: string) { found(func: eq(Author.name, $n)) { Author.reputation } }";
      return (await dql.query(q, { $n: args.name })).data.found[0]?.["Author.reputation"] ?? null;
    },
    "Mutation.newAuthor": async ({ args: { name }, graphql }) => {
      const add = "mutation($n: String!) { addAuthor(input: [{ name: $n, reputation: 3 }]) { author { id } } }";
      const { data, errors } = await graphql(add, { n: name });
      if (errors) throw new Error(errors[0].message);
      return data.addAuthor.author[0].id;
    },
    "Mutation.newRaw": async ({ args: { name }, dql }) => {
      const rdf = \`{ set {\n_:a <dgraph.type> "Author" .\n_:a <Author.name> "\${name}" .\n} }\`;
      const { data, errors } = await dql.mutate(rdf);
      if (errors) throw new Error(errors[0].message);
      return data.uids.a;
    },
  });
  addMultiParentGraphQLResolvers({
    "Author.rank": ({ parents }) => parents.map(({ reputation = 0 }) => parents.filter((other) => other.reputation > reputation).length + 1),
  });
  addWebHookResolvers({
    "Author.add": ({ event }) => console.log("added", event.add.rootUIDs.length, event.add.input[0].name, event.commitTs > 0),
    "Author.update": ({ event }) => console.log("updated", event.update.setPatch.reputation),
  });
`;

describe("lambdas of a real Dgraph", function () {
  this.timeout(120_000);
  let local: LocalCloud;
  let backend: Made;
  let headers: Record<string, string>;

  const ask = (document: string, more: Record<string, string> = {}): Promise<Reply> =>
    post(backend.graphql, document, {}, { ...backend.auth, ...more });
  const update = async (source: string): Promise<void> => {
    const i = { deploymentID: backend.uid, tenantID: 0, lambdaScript: Buffer.from(source).toString("base64") };
    const { data } = await post(
      local.endpoint,
      "mutation($i: UpdateLambdaInput!) { updateLambda(input: $i) }",
      { i },
      headers,
    );
    expect(data).to.have.property("updateLambda");
  };
  const logs = async (): Promise<string[]> => {
    const i = { deploymentID: backend.uid, tenantID: 0 };
    const query = "query($i: LambdaLogsInput!) { getLambdaLogs(input: $i) }";
    const { data } = await post(local.endpoint, query, { i }, headers);
    return (data as unknown as { getLambdaLogs: string[] }).getLambdaLogs;
  };
  const untilLogged = async (line: string): Promise<void> => {
    for (let waited = 0; !(await logs()).includes(line); waited += 50) {
      if (waited > 10_000) throw new Error(`"${line}" is not in ${JSON.stringify(await logs())}`);
      await sleep(50);
    }
  };

  before(async () => {
    local = await startDgraphCloud();
    headers = await session(local);
    backend = await ready(local);
    const { errors } = await setSchema(backend, schema);
    expect(errors, "a schema with @lambda and @lambdaOnMutate is accepted").to.equal(undefined);
    for (let tries = 0; (await ask("{ queryBook { id } }")).errors !== undefined; tries++) {
      expect(tries).to.be.below(50);
      await sleep(100);
    }
  });
  after(async () => {
    await local.close();
    expect(lambdasOfThisProcess(), "processes left after the close").to.deep.equal([]);
  });

  it("fail with a remedy while there is no script", async () => {
    const { errors, data } = await ask('{ hello(name: "Ann") }');
    expect(errors?.map(({ message }) => message)).to.deep.equal([
      "Query.hello needs a lambda, and this backend has no lambda script: give it one with lambdaScript, or with updateLambda",
    ]);
    expect(data).to.equal(null);
    expect(lambdasOfThisProcess()).to.deep.equal([]);
  });

  it("answer queries, fields and mutations, and can query their database", async () => {
    await update(script);
    expect((await ask('{ hello(name: "Ann") }')).data).to.deep.equal({ hello: "Hello Ann" });
    const made = await ask('mutation { newAuthor(name: "Ann") newRaw(name: "Bob") }');
    expect(made.errors, made.text).to.equal(undefined);
    await add(backend, "Author", [{ name: "Cid", reputation: 5, books: [{ title: "One" }] }]);
    const fields = await ask("{ queryAuthor(order: { asc: name }) { name bio rank books { summary } } }");
    expect(fields.data, fields.text).to.deep.equal({
      queryAuthor: [
        { name: "Ann", bio: "Ann: 3", rank: 2, books: [] },
        { name: "Bob", bio: "Bob: none yet", rank: 3, books: [] },
        { name: "Cid", bio: "Cid: 5", rank: 1, books: [{ summary: "On One" }] },
      ],
    });
    expect((await ask('{ reputationOf(name: "Cid") }')).data).to.deep.equal({ reputationOf: 5 });
    const { data } = await ask("{ authors { name reputation } }");
    expect(data).to.deep.equal({
      authors: [
        { name: "Ann", reputation: 3 },
        { name: "Bob", reputation: null },
        { name: "Cid", reputation: 5 },
      ],
    });
  });

  it("get the header with the user's own token", async () => {
    // HS256 with the key of the schema, claims { "https://my.app/claims": { "user": "ann" } }.
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const unsigned = `${part({ alg: "HS256", typ: "JWT" })}.${part({ "https://my.app/claims": { user: "ann" } })}`;
    const jwt = `${unsigned}.${createHmac("sha256", "secret").update(unsigned).digest("base64url")}`;
    expect((await ask("{ who }", { "x-my-app": jwt })).data).to.deep.equal({ who: `X-My-App=${jwt}` });
  });

  it("are called after mutations, and their output is in the log", async () => {
    await add(backend, "Author", [{ name: "Dan" }]);
    await untilLogged("added 1 Dan true");
    await ask(
      'mutation { updateAuthor(input: { filter: { name: { eq: "Dan" } }, set: { reputation: 1 } }) { numUids } }',
    );
    await untilLogged("updated 1");
    // Without a listener, the mutation succeeds, and the log names the missing resolver.
    expect((await ask('mutation { deleteAuthor(filter: { name: { eq: "Dan" } }) { numUids } }')).errors).to.equal(
      undefined,
    );
    await untilLogged('$webhook: the lambda script has no resolver "Author.delete"');
    await ask('{ hello(name: "Eve") }');
    await untilLogged("greeted Eve");
  });

  it("report their errors to the client, and the place to the log", async () => {
    const { errors } = await ask("{ broken }");
    expect(errors?.map(({ message }) => message)).to.deep.equal(["out of order"]);
    expect((await logs()).join("\n")).to.match(/Query\.broken: out of order\n.*lambda\.js:\d+:\d+/);
    expect((await ask("{ missing }")).errors?.[0]?.message).to.equal(
      'the lambda script has no resolver "Query.missing"',
    );
  });

  it("change nothing in a read-only backend", async () => {
    const { deployment } = local.cloud.get(backend.uid);
    const before = await countOf(backend, "Author");
    await update(`addGraphQLResolvers({
      "Query.hello": async ({ graphql }) => (await graphql("{ queryBook { id } }")).data.queryBook.length > 0 ? "read" : "",
      "Query.broken": ({ graphql }) => graphql('mutation { addAuthor(input: [{ name: "x" }]) { numUids } }'),
      "Query.missing": ({ dql }) => dql.mutate('{ set { _:a <dgraph.type> "Author" . } }'),
    })`);
    deployment.deploymentMode = "readonly";
    try {
      expect((await ask('{ hello(name: "x") }')).data).to.deep.equal({ hello: "read" });
      for (const field of ["broken", "missing"])
        expect((await ask(`{ ${field} }`)).errors?.[0]?.message).to.equal("the backend is read-only");
    } finally {
      deployment.deploymentMode = "graphql";
    }
    expect(await countOf(backend, "Author")).to.equal(before);
  });

  it("work again after a restart of the database, and end with their backend", async () => {
    await update(`addGraphQLResolvers({ "Query.hello": () => "again" })`);
    await local.cloud.get(backend.uid).restartEngine();
    for (let tries = 0; (await ask("{ queryBook { id } }")).errors !== undefined; tries++) {
      expect(tries).to.be.below(50);
      await sleep(100);
    }
    const { data, text } = await ask('{ hello(name: "x") }');
    expect(data, text).to.deep.equal({ hello: "again" });
    expect(engineOf(local, backend.uid).processes).to.have.length(2);
    expect(lambdasOfThisProcess()).to.have.length(1);
    await local.cloud.remove(backend.uid);
    expect(lambdasOfThisProcess()).to.deep.equal([]);
  });
});
