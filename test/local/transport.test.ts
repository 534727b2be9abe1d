import { expect } from "chai";
import { gzipSync } from "node:zlib";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { add, countOf, make, type Made, type Reply, replyOf, session, setSchema } from "./calls";

const schema = "type Order { id: ID! item: String }";

describe("requests to a backend in memory", () => {
  let local: LocalCloud;
  let backend: Made;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    backend = await make(local, await session(local));
    await setSchema(backend, schema);
    await add(backend, "Order", [{ item: "tea" }]);
  });
  afterEach(() => local.close());

  const send = async (path: string, init: RequestInit = {}, auth = backend.auth): Promise<Reply> => {
    const headers = { connection: "close", ...auth, ...(init.headers as Record<string, string> | undefined) };
    return replyOf(await fetch(`http://${backend.url}${path}`, { method: "POST", ...init, headers }));
  };
  const get = (path: string, parameters: Record<string, string>): Promise<Reply> =>
    send(`${path}?${new URLSearchParams(parameters).toString()}`, { method: "GET" });
  const json = (query: string, more: object = {}): RequestInit => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, ...more }),
  });
  const compressed = (body: string | Buffer, encoding = "gzip"): RequestInit => ({
    headers: { "content-type": "application/json", "content-encoding": encoding },
    body,
  });

  it("may carry a user's own token beside the backend's", async () => {
    const own = "eyJhbGciOiJIUzI1NiJ9.e30.x";
    const headers = ["x-auth-token", "dg-auth", "authorization"];
    for (const name of headers)
      for (const other of [...headers, "x-my-app"].filter((one) => one !== name)) {
        const auth: Record<string, string> = { [other]: own, [name]: backend.jwtToken };
        const { data } = await send("/graphql", json("{ queryOrder { item } }"), auth);
        expect(data, `${name} beside ${other}`).to.deep.equal({ queryOrder: [{ item: "tea" }] });
      }
  });

  it("are refused without the token, with the name of its header", async () => {
    const { status, errors } = await send("/graphql", json("{ __typename }"), {});
    expect([status, errors?.[0]?.message]).to.deep.equal([
      401,
      "Unauthorized: a backend takes its jwtToken in the header X-Auth-Token",
    ]);
  });

  it("may query by GET, but change nothing", async () => {
    const query = "{ queryOrder { item } }";
    expect((await get("/graphql", { query })).data).to.deep.equal({ queryOrder: [{ item: "tea" }] });
    for (const [parameters, status] of [
      [{ query: 'mutation { addOrder(input: [{ item: "x" }]) { numUids } }' }, 405],
      [{ query: "query a { __typename } mutation b { deleteOrder(filter: {}) { msg } }", operationName: "b" }, 405],
      [{ query: "subscription { queryOrder { item } }" }, 405],
      [{ query: "fragment f on Order { item }" }, 405],
      [{ query, variables: "{" }, 400],
      [{ query, variables: "[".repeat(1_000) }, 400],
      [{ variables: "{}" }, 400],
      [{}, 400],
    ] as const)
      expect((await get("/graphql", parameters)).status, JSON.stringify(parameters).slice(0, 99)).to.equal(status);
    const broken = await get("/graphql", { query: "{" });
    expect([broken.status, broken.errors?.length], "a GraphQL error").to.deep.equal([200, 1]);
    const set = 'mutation { updateGQLSchema(input: { set: { schema: "type A { x: Int }" } }) { gqlSchema { id } } }';
    expect((await get("/admin", { query: set })).status).to.equal(405);
    expect((await get("/admin/slash", { query: "{ listBackups { errors { message } } }" })).status).to.equal(405);
    expect(await countOf(backend, "Order")).to.equal(1);
    expect(await local.cloud.get(backend.uid).engine.schema()).to.equal(schema);
  });

  it("may query a read-only backend by GET", async () => {
    local.cloud.get(backend.uid).deployment.deploymentMode = "readonly";
    expect((await get("/graphql", { query: "{ queryOrder { item } }" })).status).to.equal(200);
  });

  it("are refused for other paths and methods, with a list of those that exist", async () => {
    for (const path of ["/health", "/state", "/admin/shutdown", "/admin/draining", "/admin/config/cache_mb", "/"]) {
      const { status, errors } = await send(path, { method: "GET" });
      expect(status, path).to.equal(404);
      expect(errors?.[0]?.message).to.contain(`a backend has no ${path};`);
      for (const known of ["GET, POST /graphql", "GET, POST /admin;", "POST /admin/slash", "POST /admin/schema"])
        expect(errors?.[0]?.message).to.contain(known);
    }
    for (const [method, path, takes] of [
      ["PUT", "/graphql", "OPTIONS, GET, POST"],
      ["GET", "/admin/schema", "POST"],
      ["DELETE", "/admin/slash", "POST"],
      ["GET", "/query", "POST"],
    ] as const) {
      const { status, errors } = await send(path, { method });
      expect([status, errors?.[0]?.message]).to.deep.equal([405, `${path} takes ${takes}, not ${method}`]);
    }
    const { errors } = await send("/admin", json("{ state { counter } }"));
    expect(errors?.[0]?.message).to.contain('"state"').and.to.contain("getGQLSchema, updateGQLSchema, health");
  });

  it("are refused for the fields of /admin that need a real Dgraph", async () => {
    const login = 'mutation { login(userId: "groot", password: "secret") { response { accessJWT } } }';
    for (const [query, name] of [
      [login, "login"],
      ["{ getCurrentUser { name } }", "getCurrentUser"],
      ["query { health { status } ...q } fragment q on Query { queryUser { name } }", "queryUser"],
    ] as const) {
      const { status, errors, text } = await send("/admin", json(query));
      const message = `${name} is part of access control, which needs a real Dgraph: --engine dgraph`;
      expect([status, errors?.[0]?.message]).to.deep.equal([200, message]);
      expect(text).not.to.contain("secret");
    }
  });

  it("are refused if they decompress to too much, or are not gzip", async () => {
    const whole = gzipSync(JSON.stringify({ query: "{ __typename }" }));
    const bomb = gzipSync(Buffer.alloc(30_000_000, " "));
    for (const path of ["/graphql", "/admin", "/admin/slash", "/admin/schema", "/admin/schema/validate"]) {
      expect((await send(path, compressed(bomb))).status, path).to.equal(413);
      expect((await send(path, compressed(whole, "br"))).status, path).to.equal(415);
      expect((await send(path, compressed("{}"))).status, path).to.equal(400);
      expect((await send(path, compressed(whole.subarray(0, 20)))).status, `cut off on ${path}`).to.equal(400);
    }
    const { status } = await fetch(local.endpoint, { method: "POST", ...compressed(bomb) });
    expect(status, "the control plane").to.equal(413);
    expect(await countOf(backend, "Order")).to.equal(1);
    expect(await local.cloud.get(backend.uid).engine.schema()).to.equal(schema);
  });

  it("are not decompressed without the token", async () => {
    const init = compressed(gzipSync(JSON.stringify({ query: "{ listBackups { errors { message } } }" })));
    expect((await send("/admin/slash", init, {})).status).to.equal(401);
    expect(local.journal.count("listBackups")).to.equal(0);
    expect((await send("/admin/slash", init)).status).to.equal(200);
    expect(local.journal.count("listBackups")).to.equal(1);
  });

  it("have the same operation for the journal and the faults on every path", async () => {
    local.journal.clear();
    await send("/admin/schema", { body: schema });
    await send("/admin/schema", { body: "type Order {" });
    await send("/admin/schema/validate", { body: schema });
    await get("/admin", { query: "{ health { status } }" });
    await get("/graphql", { query: "{ queryOrder { item } }" });
    const { journal } = local;
    expect([journal.count("updateGQLSchema"), journal.acted("updateGQLSchema")]).to.deep.equal([2, 1]);
    expect(["validate", "health", "graphql"].map((name) => journal.count(name))).to.deep.equal([1, 1, 1]);
    local.faults.add({ operation: "updateGQLSchema", fault: { kind: "status", status: 503, acted: false } });
    expect((await send("/admin/schema", { body: "type A { x: Int }" })).status).to.equal(503);
    expect(await local.cloud.get(backend.uid).engine.schema()).to.equal(schema);
  });
});
