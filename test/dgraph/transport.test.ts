import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { LocalCloud } from "dgraphcloud-local";
import { type Made, post, type Reply, replyOf, setSchema } from "../local/calls";
import { engineOf, nodesOf, ready, startDgraphCloud } from "./cloud";

const verificationKey = "a key of the test";
const claims = "https://example.com/claims";
const notes = `type Note @auth(query: { rule: "query($USER: String!) { queryNote(filter: { owner: { eq: $USER } }) { id } }" }) {
  id: ID!
  owner: String! @search(by: [hash])
  text: String!
}`;

function jwtFor(user: string, key = verificationKey): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ [claims]: { USER: user }, exp })}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

describe("requests to a real Dgraph", function () {
  this.timeout(120_000);
  let local: LocalCloud;
  let backend: Made;

  before(async () => {
    local = await startDgraphCloud();
    backend = await ready(local);
  });
  after(() => local.close());

  const send = async (path: string, init: RequestInit, headers: Record<string, string>): Promise<Reply> => {
    const own = { "content-type": "application/json", connection: "close" };
    return replyOf(
      await fetch(`http://${backend.url}${path}`, { method: "POST", ...init, headers: { ...own, ...headers } }),
    );
  };
  const document = (query: string): RequestInit => ({ body: JSON.stringify({ query }) });
  /** Repeats a request until its answer is good: Dgraph uses a new schema only a moment after its answer. */
  const until = async (ask: () => Promise<Reply>, isGood: (reply: Reply) => boolean): Promise<void> => {
    for (let tries = 1; ; tries++) {
      const reply = await ask();
      if (isGood(reply)) return;
      if (tries === 50) throw new Error(reply.text);
      await new Promise((later) => setTimeout(later, 100));
    }
  };

  describe("with a user's own token", () => {
    const asked = "{ queryNote { text } }";
    const see = (headers: Record<string, string>): Promise<Reply> => send("/graphql", document(asked), headers);
    const textsOf = ({ data, text }: Reply): string[] => {
      const found = (data as { queryNote?: { text: string }[] } | null | undefined)?.queryNote;
      if (found === undefined) throw new Error(text);
      return found.map((note) => note.text);
    };

    before(async () => {
      expect((await setSchema(backend, notes)).errors).to.equal(undefined);
      const rows = ["ann", "bob"].map((owner) => ({ owner, text: `of ${owner}` }));
      const add = "mutation($rows: [AddNoteInput!]!) { addNote(input: $rows) { numUids } }";
      await until(
        () => post(backend.graphql, add, { rows }, backend.auth),
        ({ errors }) => errors === undefined,
      );
      expect(await nodesOf(local, backend.uid, "Note")).to.equal(2);
    });

    for (const [ofSchema, ofBackend] of [
      ["Authorization", "X-Auth-Token"],
      ["Authorization", "Dg-Auth"],
      ["X-Auth-Token", "Dg-Auth"],
      ["X-Auth-Token", "Authorization"],
      ["Dg-Auth", "X-Auth-Token"],
      ["X-My-App", "Authorization"],
      ["X-Dgraph-AuthToken", "X-Auth-Token"],
    ] as const)
      it(`show each user the own rows: the user's token in ${ofSchema}, the backend's in ${ofBackend}`, async () => {
        const authorization = { Header: ofSchema, Namespace: claims, Algo: "HS256", VerificationKey: verificationKey };
        const schema = `${notes}\n# Dgraph.Authorization ${JSON.stringify(authorization)}`;
        expect((await setSchema(backend, schema)).errors).to.equal(undefined);
        const as = (user?: string): Record<string, string> => ({
          [ofBackend]: backend.jwtToken,
          ...(user !== undefined && { [ofSchema]: user }),
        });
        await until(
          () => see(as(jwtFor("ann"))),
          (reply) => reply.errors === undefined && textsOf(reply).length === 1,
        );
        for (const user of ["ann", "bob"]) {
          expect(textsOf(await see(as(jwtFor(user)))), user).to.deep.equal([`of ${user}`]);
          expect(textsOf(await see(as(`Bearer ${jwtFor(user)}`))), `${user}, with a scheme`).to.deep.equal([
            `of ${user}`,
          ]);
          const address = `/graphql?${new URLSearchParams({ query: asked }).toString()}`;
          const got = await send(address, { method: "GET" }, as(jwtFor(user)));
          expect(textsOf(got), `${user}, by GET`).to.deep.equal([`of ${user}`]);
        }
        expect(textsOf(await see(as())), "without a user").to.deep.equal([]);
        const forged = await see(as(jwtFor("ann", "another key")));
        expect(forged.errors?.length, "a forged one").to.equal(1);
        expect(forged.text).not.to.contain("of ann");
      });

    it("never pass the backend's token on, in whichever header it came", async () => {
      const seen: IncomingHttpHeaders[] = [];
      const remote: Server = createServer((request, response) => {
        seen.push(request.headers);
        response.setHeader("content-type", "application/json");
        response.end('{"said":"hello"}');
      });
      await new Promise<void>((resolve) => remote.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(remote.address() as AddressInfo).port}`;
      const names = ["X-Auth-Token", "Dg-Auth", "Authorization"];
      const forwarded = `forwardHeaders: ${JSON.stringify(names)}`;
      const schema = `type Said @remote { said: String } type Query { ask: Said @custom(http: { url: "${url}", method: GET, ${forwarded} }) }`;
      expect((await setSchema(backend, schema)).errors).to.equal(undefined);
      const ask = (headers: Record<string, string>): Promise<Reply> =>
        send("/graphql", document("{ ask { said } }"), headers);
      try {
        await until(
          () => ask(backend.auth),
          ({ errors }) => errors === undefined,
        );
        seen.length = 0;
        for (const name of names)
          for (const other of names.filter((one) => one !== name)) {
            const { errors, text } = await ask({ [name]: backend.jwtToken, [other]: "of the user" });
            expect(errors, text).to.equal(undefined);
            const last = seen.at(-1) ?? {};
            // Dgraph forwards a missing header as an empty one.
            expect([last[other.toLowerCase()], last[name.toLowerCase()]]).to.deep.equal(["of the user", ""]);
          }
        await ask({ "X-Auth-Token": backend.jwtToken, Authorization: `Bearer ${backend.jwtToken}` });
        expect(JSON.stringify(seen), "in no other header either").not.to.contain(backend.jwtToken);
      } finally {
        remote.close();
        remote.closeAllConnections();
      }
    });
  });

  describe("whose body Dgraph reads itself", () => {
    before(async () => {
      expect((await setSchema(backend, "type Task { id: ID! title: String }")).errors).to.equal(undefined);
      await until(
        () => send("/graphql", document("{ queryTask { title } }"), backend.auth),
        ({ errors }) => errors === undefined,
      );
    });

    it("are decompressed up to 64 MB, and arrive completely", async () => {
      const packed = { ...backend.auth, "content-encoding": "gzip" };
      const long = "x".repeat(9_000_000);
      const query = `mutation { addTask(input: [{ title: "${long}" }]) { numUids } }`;
      const added = await send("/graphql", { body: gzipSync(JSON.stringify({ query })) }, packed);
      expect(added.data, added.text).to.deep.equal({ addTask: { numUids: 1 } });
      const bomb = gzipSync(Buffer.alloc(80_000_000, " "));
      local.cloud.get(backend.uid).deployment.deploymentMode = "flexible";
      for (const path of ["/graphql", "/mutate"])
        expect((await send(path, { body: bomb }, packed)).status, path).to.equal(413);
      for (const path of ["/graphql", "/admin/schema", "/admin/schema/validate", "/query", "/mutate", "/alter"]) {
        expect((await send(path, { body: "{}" }, packed)).status, `no gzip on ${path}`).to.equal(400);
        const other = { ...packed, "content-encoding": "br" };
        expect((await send(path, { body: "{}" }, other)).status, `another encoding on ${path}`).to.equal(415);
      }
      expect(await nodesOf(local, backend.uid, "Task")).to.equal(1);
      const { text } = await send("/graphql", document("{ queryTask { title } }"), backend.auth);
      expect(text).to.contain(long);
    });

    it("may be a persisted query by its hash, but no mutation by GET", async () => {
      const query = "{ queryTask(first: 1) { id } }";
      const hash = "e18a5cb2d4f9c4e4ff1a2aaf2ba8b41e8be3fdd3c5c2a2d1b6d6e0f5ac0b4b5e";
      const ask = (parameters: Record<string, string>): Promise<Reply> =>
        send(`/graphql?${new URLSearchParams(parameters).toString()}`, { method: "GET" }, backend.auth);
      const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hash } });
      expect((await ask({ extensions })).text).to.contain("PersistedQueryNotFound");
      expect((await ask({ extensions, query })).text).to.contain("provided sha does not match query");
      const before = await nodesOf(local, backend.uid, "Task");
      for (const more of [{}, { extensions }]) {
        const mutation = 'mutation { addTask(input: [{ title: "x" }]) { numUids } }';
        expect((await ask({ query: mutation, ...more })).status).to.equal(405);
      }
      expect(await nodesOf(local, backend.uid, "Task")).to.equal(before);
    });

    it("change nothing on a read-only backend, in any form", async () => {
      const { deployment } = local.cloud.get(backend.uid);
      deployment.deploymentMode = "readonly";
      try {
        const query = 'query a { queryTask { id } } mutation b { addTask(input: [{ title: "x" }]) { numUids } }';
        const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: "0" } });
        const before = await nodesOf(local, backend.uid, "Task");
        const ask = (parameters: Record<string, string>, method = "GET"): Promise<Reply> =>
          send(`/graphql?${new URLSearchParams(parameters).toString()}`, { method }, backend.auth);
        expect((await ask({ query, operationName: "a" })).errors).to.equal(undefined);
        expect((await ask({ query, operationName: "b" })).status).to.equal(405);
        expect((await ask({ extensions })).status, "a hash, which may be that of a mutation").to.equal(400);
        const packed = gzipSync(JSON.stringify({ query, operationName: "b" }));
        const headers = { ...backend.auth, "content-encoding": "gzip" };
        expect((await send("/graphql", { body: packed }, headers)).status).to.equal(403);
        expect(await nodesOf(local, backend.uid, "Task")).to.equal(before);
      } finally {
        deployment.deploymentMode = "flexible";
      }
    });

    it("cannot reach the paths under /admin that act on the process", async () => {
      const { processes } = engineOf(local, backend.uid);
      for (const path of ["/admin/shutdown", "/admin/draining?enable=true", "/admin/config/cache_mb", "/admin/"])
        for (const method of ["GET", "PUT", "POST"])
          expect((await send(path, { method }, backend.auth)).status, `${method} ${path}`).to.equal(404);
      expect((await send("/graphql", document("{ __typename }"), backend.auth)).status).to.equal(200);
      expect(engineOf(local, backend.uid).processes).to.deep.equal(processes);
    });

    it("need the log-in of a user for /admin/schema with access control", async () => {
      const guarded = await ready(local, { aclEnabled: "true" });
      const set = (more: Record<string, string> = {}): Promise<Reply> =>
        fetch(`${guarded.admin}/schema`, {
          method: "POST",
          headers: { connection: "close", ...guarded.auth, ...more },
          body: "type Task { title: String }",
        }).then(replyOf);
      expect((await set()).text).to.match(/accessJwt|access JWT|token/i);
      const query = 'mutation { login(userId: "groot", password: "password") { response { accessJWT } } }';
      const { data } = await post(guarded.admin, query, {}, guarded.auth);
      const { accessJWT } = (data as unknown as { login: { response: { accessJWT: string } } }).login.response;
      expect((await set({ "x-dgraph-accesstoken": accessJWT })).data).to.deep.equal({
        code: "Success",
        message: "Done",
      });
      await local.cloud.remove(guarded.uid);
    });
  });

  it("of the vendor's client list the types and fields that the schema no longer has, and drop them", async () => {
    local.cloud.get(backend.uid).deployment.deploymentMode = "flexible";
    await setSchema(backend, "type Kept { id: ID! name: String } type Gone { id: ID! name: String }");
    const add = 'mutation { addGone(input: [{ name: "a" }]) { numUids } addKept(input: [{ name: "b" }]) { numUids } }';
    await until(
      () => post(backend.graphql, add, {}, backend.auth),
      ({ errors }) => errors === undefined,
    );
    await setSchema(backend, "type Kept { id: ID! name: String }");
    // The client sends all its requests in this form.
    const client = (path: string, query: string, variables = {}): Promise<Reply> =>
      send(path, { body: JSON.stringify({ query, variables }) }, { authorization: backend.jwtToken });
    const unused = async (): Promise<{ types: string[]; fields: string[] }> => {
      const { data, text } = await client("/query", "schema { __typename }");
      const found = data as unknown as { types: { name: string }[]; schema: { predicate: string }[] } | undefined;
      if (found === undefined) throw new Error(text);
      const isNew = (reply: Reply): boolean => reply.text.includes("type Kept") && !reply.text.includes("type Gone");
      await until(() => client("/admin", "{ getGQLSchema { schema } }"), isNew);
      // Other tests have left types and fields too.
      const types = found.types.map(({ name }) => name).filter((name) => name === "Gone");
      const fields = found.schema.map(({ predicate }) => predicate).filter((name) => name.startsWith("Gone."));
      return { types, fields };
    };
    expect(await unused()).to.deep.equal({ types: ["Gone"], fields: ["Gone.name"] });
    for (const [what, names] of Object.entries(await unused())) {
      const drop = `mutation($names: [String!]) { dropData(${what}: $names) { response { code message } } }`;
      const { data, text } = await client("/admin/slash", drop, { names });
      expect(data, text).to.deep.equal({ dropData: { response: { code: "Success", message: "Done" } } });
    }
    expect(await unused()).to.deep.equal({ types: [], fields: [] });
    expect(await nodesOf(local, backend.uid, "Kept")).to.equal(1);
  });
});
