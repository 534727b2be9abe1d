import { expect } from "chai";
import type { LocalCloud } from "dgraphcloud-local";
import { gunzipSync } from "node:zlib";
import { add, countOf, type Made, post, setSchema } from "../local/calls";
import { engineOf, nodesOf, ready, startDgraphCloud } from "./cloud";

const schema = `
  interface Named { name: String! @search(by: [hash]) }
  type Author implements Named { id: ID! age: Int @search books: [Book] @hasInverse(field: author) }
  type Shop implements Named { id: ID! city: String }
  type Book { id: ID! title: String! @search(by: [term]) author: Author }
`;

describe("a real Dgraph behind a backend", function () {
  this.timeout(240_000);
  let local: LocalCloud;
  let backend: Made;

  const slash = (document: string, of = backend): ReturnType<typeof post> => post(of.slash, document, {}, of.auth);
  const drop = async (args: string): Promise<void> => {
    const { data, text } = await slash(`mutation { dropData(${args}) { response { code message } } }`);
    expect(data, text).to.deep.equal({ dropData: { response: { code: "Success", message: "Done" } } });
  };
  const raw = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`http://${backend.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/dql", connection: "close", ...headers },
      body,
    });
  const inMode = async (mode: string, act: () => Promise<void>): Promise<void> => {
    const { deployment } = local.cloud.get(backend.uid);
    const before = deployment.deploymentMode;
    deployment.deploymentMode = mode;
    await act().finally(() => (deployment.deploymentMode = before));
  };

  /** Adds records once Dgraph uses the schema, which takes a moment after its answer. */
  const added = async (type: string, input: readonly object[]): Promise<void> => {
    for (let tries = 1; ; tries++) {
      const { errors } = await add(backend, type, input);
      if (errors === undefined) return;
      if (tries === 50) throw new Error(JSON.stringify(errors));
      await new Promise((later) => setTimeout(later, 100));
    }
  };

  before(async () => {
    local = await startDgraphCloud();
    backend = await ready(local);
  });
  after(() => local.close());

  beforeEach(async () => {
    await drop("allDataAndSchema: true");
    expect((await setSchema(backend, schema)).errors).to.equal(undefined);
    await added("Author", [
      { name: "Ann", age: 40, books: [{ title: "One" }] },
      { name: "Bob", age: 30 },
    ]);
    await added("Shop", [{ name: "Corner", city: "Here" }]);
  });

  it("validates schemas as Dgraph does, and answers its GraphQL", async () => {
    const wrong = await setSchema(backend, "type A { id: ID! b: Nowhere }");
    expect(wrong.text).to.contain("Nowhere");
    const found = await post(
      backend.graphql,
      '{ queryBook(filter: { title: { anyofterms: "one" } }) { author { name } } }',
      {},
      backend.auth,
    );
    expect(found.data).to.deep.equal({ queryBook: [{ author: { name: "Ann" } }] });
  });

  it("refuses every path without the backend's token", async () => {
    await inMode("flexible", async () => {
      for (const path of ["/graphql", "/admin", "/admin/slash", "/query", "/mutate", "/commit", "/alter", "/state"]) {
        const response = await raw(path, "{}", { "content-type": "application/json", "x-auth-token": "wrong" });
        expect(response.status, path).to.equal(401);
      }
    });
    const { client, ports } = engineOf(local, backend.uid);
    for (const path of ["/admin", "/alter"]) {
      const direct = await client.send(
        { port: ports.alphaHttp, path, method: "POST", headers: { "content-type": "application/json" } },
        '{"query":"{ getGQLSchema { schema } }","drop_all":true}',
      );
      expect(direct.text, `${path} of Alpha itself`).to.match(/token/i);
    }
    expect(await nodesOf(local, backend.uid, "Author")).to.equal(2);
  });

  it("refuses fields of /admin that reach files or processes, in fragments and aliases too", async () => {
    for (const document of [
      "mutation { shutdown { response { code } } }",
      "mutation { ... on Mutation { shutdown { response { code } } } }",
      "mutation { ...all } fragment all on Mutation { shutdown { response { code } } }",
      "mutation { ...a } fragment a on Mutation { ...b } fragment b on Mutation { shutdown { response { code } } }",
      'mutation { harmless: backup(input: { destination: "/tmp/x" }) { response { code } } }',
      "{ config { cacheMb } }",
      "mutation { shutdown",
    ]) {
      const { errors, data } = await post(backend.admin, document, {}, backend.auth);
      expect([errors?.length, data ?? null], document).to.deep.equal([1, null]);
    }
    expect(await nodesOf(local, backend.uid, "Author")).to.equal(2);
  });

  it("enforces the deployment mode", async () => {
    const dql = "{ q(func: type(Author)) { count(uid) } }";
    const mutation = '{ set { _:x <Shop.city> "There" . } }';
    const rdf = { ...backend.auth, "content-type": "application/rdf" };
    const json = { ...backend.auth, "content-type": "application/json" };
    for (const path of ["/query", "/mutate?commitNow=true", "/commit?startTs=1", "/alter"])
      expect((await raw(path, dql, backend.auth)).status, path).to.equal(403);
    await inMode("flexible", async () => {
      expect(await (await raw("/query", dql, backend.auth)).json()).to.have.nested.property("data.q[0].count", 2);
      expect(await (await raw("/mutate?commitNow=true", mutation, rdf)).text()).to.contain("Success");
      const open = (await (await raw("/mutate", '{ set { _:x <Shop.city> "Later" . } }', rdf)).json()) as {
        extensions: { txn: { start_ts: number; hash?: string; keys: string[]; preds: string[] } };
      };
      const { start_ts: startTs, hash = "", keys, preds } = open.extensions.txn;
      const committed = await raw(`/commit?startTs=${startTs}&hash=${hash}`, JSON.stringify({ keys, preds }), json);
      expect(await committed.text()).to.contain("Success");
      expect(await (await raw("/alter", '{"schema": "extra: string ."}', json)).text()).to.contain("Success");
    });
    await inMode("readonly", async () => {
      expect((await raw("/query", dql, backend.auth)).status).to.equal(200);
      for (const path of ["/mutate", "/commit", "/alter"])
        expect((await raw(path, mutation, rdf)).status, path).to.equal(403);
      const body = JSON.stringify({ query: "{ queryShop { city } }", operationName: "" });
      expect((await raw("/graphql", body, json)).status, "an empty operation name").to.equal(200);
      const written = await add(backend, "Shop", [{ name: "New" }]);
      expect(written.status).to.equal(403);
      expect(await countOf(backend, "Shop")).to.equal(1);
    });
    expect(await nodesOf(local, backend.uid, "Shop")).to.equal(1);
  });

  it("forwards bodies and answers of many megabytes", async () => {
    const long = "x".repeat(3_000_000);
    const authors = Array.from({ length: 4 }, (_, index) => ({ name: `${index}${long}` }));
    const { errors } = await add(backend, "Author", authors);
    expect(errors).to.equal(undefined);
    const { text } = await post(backend.graphql, "{ queryAuthor { name } }", {}, backend.auth);
    expect(text.length).to.be.greaterThan(12_000_000);
  });

  it("applies faults to answers that Dgraph would compress", async () => {
    const ask = (): ReturnType<typeof post> => post(backend.graphql, "{ queryShop { city } }", {}, backend.auth);
    const data = { queryShop: [{ city: "Here" }] };
    local.faults.add({ operation: "graphql", fault: { kind: "slow", ms: 1 } });
    expect((await ask()).data).to.deep.equal(data);
    const messages = ["odd"];
    local.faults.add({ operation: "graphql", fault: { kind: "errors", messages, withData: true, acted: true } });
    const altered = await ask();
    expect([altered.data, altered.errors?.length]).to.deep.equal([data, 1]);
  });

  it("removes the CORS headers of Alpha", async () => {
    const response = await raw("/graphql", '{"query":"{ queryShop { city } }"}', {
      ...backend.auth,
      "content-type": "application/json",
    });
    expect(response.status).to.equal(200);
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).to.deep.equal([]);
  });

  it("drops the nodes of a type and the predicates that no other type shares, and keeps the rest", async () => {
    await drop('types: ["Author"]');
    expect(await nodesOf(local, backend.uid, "Author")).to.equal(0);
    expect(await nodesOf(local, backend.uid, "Shop")).to.equal(1);
    const left = await post(
      backend.graphql,
      "{ queryShop { name city } queryBook { title author { name } } }",
      {},
      backend.auth,
    );
    expect(left.data).to.deep.equal({
      queryShop: [{ name: "Corner", city: "Here" }],
      queryBook: [{ title: "One", author: null }],
    });
    // The GraphQL schema still has the type, which works as before, with its indexes.
    await add(backend, "Author", [{ name: "Cid", age: 7 }]);
    const found = await post(
      backend.graphql,
      '{ queryAuthor(filter: { age: { ge: 1 }, name: { eq: "Cid" } }) { age } }',
      {},
      backend.auth,
    );
    expect(found.data, found.text).to.deep.equal({ queryAuthor: [{ age: 7 }] });
  });

  it("drops the nodes of a type that no schema defines", async () => {
    const nodes = '{ set {\n_:a <dgraph.type> "Loose" .\n_:a <loose.x> "1" .\n_:b <dgraph.type> "Loose" .\n} }';
    await inMode("flexible", async () => {
      const rdf = { ...backend.auth, "content-type": "application/rdf" };
      expect(await (await raw("/mutate?commitNow=true", nodes, rdf)).text()).to.contain("Success");
    });
    expect(await nodesOf(local, backend.uid, "Loose")).to.equal(2);
    await drop('types: ["Loose"]');
    expect(await nodesOf(local, backend.uid, "Loose")).to.equal(0);
    expect(await nodesOf(local, backend.uid, "Author")).to.equal(2);
  });

  it("drops fields and keeps the nodes; the field can be used again", async () => {
    await drop('fields: ["Author.age"]');
    const left = await post(backend.graphql, "{ queryAuthor(order: { asc: name }) { name age } }", {}, backend.auth);
    expect(left.data).to.deep.equal({
      queryAuthor: [
        { name: "Ann", age: null },
        { name: "Bob", age: null },
      ],
    });
    await add(backend, "Author", [{ name: "Cid", age: 7 }]);
    const found = await post(backend.graphql, "{ queryAuthor(filter: { age: { ge: 1 } }) { name } }", {}, backend.auth);
    expect(found.data, found.text).to.deep.equal({ queryAuthor: [{ name: "Cid" }] });
  });

  it("drops all data and keeps the schema, or drops both", async () => {
    await drop("allData: true");
    expect(await nodesOf(local, backend.uid, "Author")).to.equal(0);
    expect(await engineOf(local, backend.uid).schema()).to.equal(schema);
    await add(backend, "Author", [{ name: "Cid" }]);
    expect(await nodesOf(local, backend.uid, "Author")).to.equal(1);
    await drop("allDataAndSchema: true");
    expect(await engineOf(local, backend.uid).schema()).to.equal("");
    expect(await nodesOf(local, backend.uid, "Author")).to.equal(0);
  });

  it("exports the data as files, each with a secret URL", async () => {
    const { data } = await slash("mutation { export { signedUrls } }");
    const { signedUrls } = (data as unknown as { export: { signedUrls: string[] } }).export;
    const address = signedUrls.find((url) => url.endsWith(".json.gz")) ?? "";
    const response = await fetch(address);
    expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).to.contain("Corner");
    expect((await fetch(address.replace(/[0-9a-f]{32}/, "0".repeat(32)))).status).to.equal(404);
  });

  it("takes backups in series, one at a time", async () => {
    const dataPlane = local.cloud.get(backend.uid);
    await Promise.all([dataPlane.takeBackup({ full: true }), dataPlane.takeBackup(), dataPlane.takeBackup()]);
    const series = (await dataPlane.listBackups()).at(-1) ?? [];
    expect(series.map(({ type, backupNum }) => [type, backupNum])).to.deep.equal([
      ["full", 1],
      ["incremental", 2],
      ["incremental", 3],
    ]);
  });

  it("starts with access control, and backups, drops and restarts still work then", async () => {
    const guarded = await ready(local, { aclEnabled: "true" });
    expect((await setSchema(guarded, "type Task { title: String }")).text).to.match(/accessJwt|access JWT|token/i);
    const query = 'mutation { login(userId: "groot", password: "password") { response { accessJWT } } }';
    const { data } = await post(guarded.admin, query, {}, guarded.auth);
    const { accessJWT } = (data as unknown as { login: { response: { accessJWT: string } } }).login.response;
    const user = { ...guarded, auth: { ...guarded.auth, "x-dgraph-accesstoken": accessJWT } };
    expect((await setSchema(user, "type Task { title: String }")).errors).to.equal(undefined);
    await add(user, "Task", [{ title: "a" }]);
    const dropped = await slash("mutation { dropData(allData: true) { response { code } } }", guarded);
    expect(dropped.errors, dropped.text).to.equal(undefined);
    expect(await countOf(user, "Task")).to.equal(0);
    const other = 'updateUser(input: { filter: { name: { eq: "groot" } }, set: { password: "of my own" } })';
    const changed = await post(guarded.admin, `mutation { ${other} { user { name } } }`, {}, user.auth);
    expect(changed.errors, changed.text).to.equal(undefined);
    const dataPlane = local.cloud.get(guarded.uid);
    await dataPlane.restartEngine();
    expect(dataPlane.engine.problem, "after a restart with another password").to.equal(undefined);
    expect((await dataPlane.takeBackup()).type).to.equal("full");
    await local.cloud.remove(guarded.uid);
  });
});
