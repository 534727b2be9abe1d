import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { LocalCloud } from "dgraphcloud-local";
import { pause } from "../harness/clocks";
import {
  add,
  countOf,
  createMutation,
  type Made,
  make,
  post,
  type Reply,
  replyOf,
  session,
  setSchema,
  whenReady,
} from "../local/calls";
import { askDql, countsOf } from "../local/dql";

/** What a fact is checked with: a cloud, a session, and a dedicated backend that is ready. */
export interface World {
  readonly local: LocalCloud;
  readonly headers: Record<string, string>;
  readonly backend: Made;
}

/** One known fact about the API. */
export interface Fact {
  readonly id: string;
  readonly source: "documented" | "vendor's client" | "Dgraph source";
  readonly says: string;
  readonly holds: (world: World) => Promise<void>;
}

/** The fields of a person that the vendor's client requests. */
interface Person {
  readonly uid: string;
  readonly email: string;
  readonly auth0User: { readonly id: string; readonly name: string; readonly email: string };
}

/** Adds an order as soon as the schema is served: a real database serves it a moment after it answered the update. */
async function added(backend: Made): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { errors } = await add(backend, "Order", [{ name: "tea" }]);
    if (errors === undefined) return;
    if (tries === 50) throw new Error(JSON.stringify(errors));
    await pause(20 * tries);
  }
}

const field = (reply: Reply, name: string): unknown => (reply.data as Record<string, unknown>)[name];
const restoreMutation =
  "mutation($uid: String!, $backupFolder: String, $backupNum: Int) { restore(uid: $uid, backupFolder: $backupFolder, backupNum: $backupNum) { response { code message restoreId } errors { message } } }";
const statusQuery = "query($restoreId: Int!) { restoreStatus(restoreId: $restoreId) { response { status errors } } }";

export const facts: readonly Fact[] = [
  {
    id: "C1",
    source: "documented",
    says: "login answers a JWT with sub, email and exp",
    holds({ headers }) {
      const payload = headers["authorization"]?.split(".")[1] ?? "";
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
      expect(claims).to.include.keys("sub", "email", "exp");
      expect(Number(claims["exp"]) * 1_000 - Date.now()).to.be.within(10_700_000, 10_800_000);
      return Promise.resolve();
    },
  },
  {
    id: "C2",
    source: "vendor's client",
    says: "a wrong password answers HTTP 200 with login null",
    async holds({ local }) {
      const reply = await post(local.endpoint, '{ login(email: "dev@example.com", password: "no") { token } }');
      expect([reply.status, reply.data, reply.errors]).to.deep.equal([200, { login: null }, undefined]);
    },
  },
  {
    id: "C3",
    source: "vendor's client",
    says: "a bad session answers HTTP 200 with deployments null",
    async holds({ local, headers }) {
      const raw = { authorization: (headers["authorization"] ?? "").replace("Bearer ", "") };
      for (const bad of [{}, raw, { authorization: "Bearer a.b.c" }]) {
        const reply = await post(local.endpoint, "{ deployments { uid } }", {}, bad);
        expect([reply.status, reply.data]).to.deep.equal([200, { deployments: null }]);
      }
    },
  },
  {
    id: "C4",
    source: "documented",
    says: "createDeployment answers at once with a uid like 0x42 and a bare host",
    async holds({ local, headers }) {
      const made = await make(local, headers);
      expect(made.uid).to.match(/^0x[0-9a-f]+$/);
      expect(made.url).to.match(/^127\.0\.0\.1:\d+$/);
    },
  },
  {
    id: "C5",
    source: "documented",
    says: "createDeployment does not answer zone or deploymentType",
    async holds({ local, headers }) {
      for (const name of ["zone", "deploymentType"]) {
        const query = createMutation.replace("uid name", name);
        const reply = await post(local.endpoint, query, { dep: { name: "n", zone: "z" } }, headers);
        expect(reply.errors?.[0]?.message).to.contain(`"${name}"`);
      }
    },
  },
  {
    id: "C6",
    source: "documented",
    says: "the list has each field, with a subdomain for every backend",
    async holds({ local, headers, backend }) {
      const query =
        "{ deployments { uid name zone url owner jwtToken deploymentMode deploymentType lambdaScript subdomain tenantID } }";
      const named = await make(local, headers, { subdomain: "chosen" });
      const listed = await post(local.endpoint, query, {}, headers);
      const list = field(listed, "deployments") as { uid: string; subdomain: unknown }[];
      const subdomains = list.map(({ subdomain }) => subdomain);
      for (const subdomain of subdomains) expect(subdomain).to.be.a("string").and.not.to.equal("");
      expect(new Set(subdomains).size, "each its own").to.equal(list.length);
      expect(list.find(({ uid }) => uid === named.uid)?.subdomain).to.equal("chosen");
      expect(list.find(({ uid }) => uid === backend.uid)).to.include({
        zone: "us-east-1",
        deploymentType: "dedicated",
        deploymentMode: "graphql",
        tenantID: 0,
      });
    },
  },
  {
    id: "C7",
    source: "vendor's client",
    says: "dedicated-only options as strings, null organizationUID and no deploymentType are taken for other types",
    async holds({ local, headers }) {
      const options = { enterprise: "false", size: "small", storage: 10, organizationUID: null, dgraphHA: "false" };
      const dep = { name: "n", zone: "z", aclEnabled: "false", jaegerEnabled: "false", ...options };
      const reply = await post(local.endpoint, createMutation, { dep }, headers);
      expect(reply.errors).to.equal(undefined);
      const mode = { deploymentMode: "flexible", enterprise: "true" };
      const dedicated = await post(local.endpoint, createMutation, { dep: { name: "d", zone: "z", ...mode } }, headers);
      expect(dedicated.errors, "enterprise says that it is a dedicated one").to.equal(undefined);
    },
  },
  {
    id: "C8",
    source: "documented",
    says: "readonly and flexible are for dedicated backends only",
    async holds({ local, headers }) {
      const dep = { name: "n", zone: "z", deploymentType: "shared", deploymentMode: "flexible" };
      expect((await post(local.endpoint, createMutation, { dep }, headers)).errors).to.have.length(1);
    },
  },
  {
    id: "C9",
    source: "documented",
    says: "update, delete and updateLambda answer their sentences, whatever the variables are called",
    async holds({ local, headers }) {
      const { uid } = await make(local, headers);
      const call = (query: string, variables: object): Promise<Reply> =>
        post(local.endpoint, query, variables, headers);
      const update = "mutation A($deployment: UpdateDeploymentInput!) { updateDeployment(input: $deployment) }";
      const updated = await call(update, { deployment: { uid, name: "renamed" } });
      expect(updated.data).to.deep.equal({ updateDeployment: "Successfully Updated the backend" });
      const lambda = "mutation B($i: UpdateLambdaInput!) { updateLambda(input: $i) }";
      const script = { deploymentID: uid, tenantID: 0, lambdaScript: "YWJj" };
      expect((await call(lambda, { i: script })).data).to.deep.equal({
        updateLambda: "Successfully added the lambda function",
      });
      const remove = "mutation C($deploymentUid: String!) { deleteDeployment(deploymentID: $deploymentUid) }";
      const deleted = await call(remove, { deploymentUid: uid });
      expect(deleted.data).to.deep.equal({ deleteDeployment: "Successfully deleted the Deployment" });
      expect((await call(remove, { deploymentUid: uid })).errors).to.have.length(1);
    },
  },
  {
    id: "C10",
    source: "vendor's client",
    says: "organizations, their members, and lambda logs as a list of strings",
    async holds({ local, headers, backend }) {
      const make = 'mutation { createOrganization(input: { name: "o" }) { uid name members { email } } }';
      const made = field(await post(local.endpoint, make, {}, headers), "createOrganization") as { uid: string };
      const input = { organizationUID: made.uid, email: "b@example.com" };
      const join = "mutation($i: AddOrgMember!) { addOrganizationMember(input: $i) { uid } }";
      await post(local.endpoint, join, { i: input }, headers);
      for (const [organizationUID, failures] of [
        [made.uid, undefined],
        ["0x999", 1],
      ] as const) {
        const dep = { name: "of-it", zone: "z", deploymentType: "free", organizationUID };
        const created = await post(local.endpoint, createMutation, { dep }, headers);
        expect(created.errors?.length, organizationUID).to.equal(failures);
      }
      const people = "createdBy { auth0User { name email id } } members { uid email auth0User { name email } }";
      const list = await post(local.endpoint, `{ organizations { uid name ${people} } }`, {}, headers);
      const all = field(list, "organizations") as { uid: string; createdBy: Person; members: Person[] }[];
      const { createdBy, members } = all.find(({ uid }) => uid === made.uid) ?? all[0]!;
      expect(createdBy.auth0User).to.include({ name: "dev", email: "dev@example.com" }).and.to.have.property("id");
      const shown = members.map(({ auth0User }) => auth0User.email);
      expect(shown).to.deep.equal(["dev@example.com", "b@example.com"]);
      expect(members.map(({ email }) => email)).to.deep.equal(shown);
      expect(new Set(members.map(({ uid }) => uid)).size).to.equal(2);
      const logs = "query($i: LambdaLogsInput!) { getLambdaLogs(input: $i) }";
      const reply = await post(local.endpoint, logs, { i: { deploymentID: backend.uid, tenantID: 0 } }, headers);
      expect(field(reply, "getLambdaLogs")).to.be.an("array");
    },
  },
  {
    id: "D1",
    source: "documented",
    says: "OPTIONS /graphql answers 200 when the backend is ready",
    async holds({ backend }) {
      expect((await fetch(backend.graphql, { method: "OPTIONS" })).status).to.equal(200);
    },
  },
  {
    id: "D2",
    source: "vendor's client",
    says: "the token goes in X-Auth-Token, in Dg-Auth, or without a scheme in Authorization, on every path",
    async holds({ backend: { url, jwtToken } }) {
      const json = { "content-type": "application/json", connection: "close" };
      const documents = {
        "/admin": "{ getGQLSchema { schema } }",
        "/admin/slash": "{ listBackups { response { type } } }",
        "/admin/schema/validate": "",
        "/graphql": "{ __typename }",
        "/query": "schema {}",
        "/other": "",
      };
      for (const [path, query] of Object.entries(documents)) {
        const status = async (headers: Record<string, string>): Promise<number> =>
          (
            await fetch(`http://${url}${path}`, {
              method: "POST",
              headers: { ...json, ...headers },
              body: query === "" ? "type A { x: Int }" : JSON.stringify({ query }),
            })
          ).status;
        // In this mode, /query needs authorization.
        const admitted = { "/query": 403, "/other": 404 }[path] ?? 200;
        for (const name of ["x-auth-token", "dg-auth", "authorization"]) {
          expect(await status({ [name]: jwtToken }), `${name} on ${path}`).to.equal(admitted);
          expect(await status({ [name]: "another" }), `another in ${name} on ${path}`).to.equal(401);
        }
        expect(await status({ authorization: `Bearer ${jwtToken}` }), `with a scheme on ${path}`).to.equal(401);
        expect(await status({}), `none on ${path}`).to.equal(401);
      }
    },
  },
  {
    id: "D3",
    source: "documented",
    says: "/admin/slash takes a bare document as application/graphql",
    async holds({ backend }) {
      const headers = { "content-type": "application/graphql", ...backend.auth };
      const body = "mutation { dropData(allData: true) { response { code message } } }";
      const response = await fetch(backend.slash, { method: "POST", headers, body });
      const done = { dropData: { response: { code: "Success", message: "Done" } } };
      expect(await response.json()).to.deep.equal({ data: done });
    },
  },
  {
    id: "D4",
    source: "documented",
    says: "/admin takes a schema, refuses a wrong one, and carries extensions.tracing",
    async holds({ backend }) {
      const good = await setSchema(backend, "type Order { id: ID! name: String! @search(by: [hash]) }");
      expect(good.errors).to.equal(undefined);
      expect((JSON.parse(good.text) as { extensions: object }).extensions).to.have.property("tracing");
      expect((await setSchema(backend, "type Order {")).errors).to.have.length(1);
      const reply = await post(backend.admin, "{ getGQLSchema { schema generatedSchema } }", {}, backend.auth);
      expect(reply.text).to.contain("@search").and.contain("queryOrder");
    },
  },
  {
    id: "D5",
    source: "documented",
    says: "restore of the latest backup replaces data and schema, and ends in OK",
    async holds({ local, backend, headers }) {
      await setSchema(backend, "type Order { id: ID! name: String }");
      await add(backend, "Order", [{ name: "a" }, { name: "b" }]);
      await local.cloud.get(backend.uid).takeBackup();
      const target = await whenReady(await make(local, headers));
      const variables = { uid: backend.uid, backupFolder: "", backupNum: 0 };
      const started = await post(target.slash, restoreMutation, variables, target.auth);
      const response = { code: "Success", message: "Restore operation started.", restoreId: 1 };
      expect(started.data).to.deep.equal({ restore: { response, errors: null } });
      // As the vendor's client sends it: a string for an Int!.
      const look = (): Promise<Reply> => post(target.slash, statusQuery, { restoreId: "1" }, target.auth);
      let status = await look();
      for (let tries = 0; tries < 300 && status.text.includes("IN_PROGRESS"); tries++) {
        await pause(100);
        status = await look();
      }
      expect(status.data).to.deep.equal({ restoreStatus: { response: { status: "OK", errors: [] } } });
      expect(await countOf(target, "Order")).to.equal(2);
    },
  },
  {
    id: "D6",
    source: "Dgraph source",
    says: "an id that is not known is UNKNOWN",
    async holds({ backend }) {
      const reply = await post(backend.slash, statusQuery, { restoreId: 77 }, backend.auth);
      expect(reply.data).to.deep.equal({ restoreStatus: { response: { status: "UNKNOWN", errors: [] } } });
    },
  },
  {
    id: "D7",
    source: "documented",
    says: "listBackups is a list of series: a full one from number 1, then incremental ones; errors are empty",
    async holds({ local, backend }) {
      const { cloud } = local;
      await cloud.get(backend.uid).takeBackup({ full: true });
      await cloud.get(backend.uid).takeBackup();
      const query = "{ listBackups { response { type backupNum folder timestamp } errors { message } } }";
      const reply = await post(backend.slash, query, {}, backend.auth);
      const { response, errors } = field(reply, "listBackups") as { response: Record<string, string>[][]; errors: [] };
      expect(errors).to.deep.equal([]);
      const last = response.at(-1) ?? [];
      expect(last.map(({ type, backupNum }) => [type, backupNum])).to.deep.equal([
        ["full", 1],
        ["incremental", 2],
      ]);
      expect(last[0]?.["timestamp"]).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
      expect(last[0]?.["folder"]).to.match(/^\d{4}-\d+/);
    },
  },
  {
    id: "D8",
    source: "documented",
    says: "backups exist for dedicated backends only: the others answer errors in the payload",
    async holds({ local, headers }) {
      const free = await whenReady(await make(local, headers, { deploymentType: "free" }));
      const reply = await post(free.slash, "{ listBackups { response { type } errors { message } } }", {}, free.auth);
      expect(reply.errors).to.equal(undefined);
      const { errors } = field(reply, "listBackups") as { errors: { message: string }[] };
      expect(errors).to.have.length(1);
    },
  },
  {
    id: "D9",
    source: "vendor's client",
    says: "dropData of types and fields in one mutation is refused",
    async holds({ backend }) {
      const drop = "mutation($t: [String!], $f: [String!]) { dropData(types: $t, fields: $f) { response { code } } }";
      const reply = await post(backend.slash, drop, { t: ["A"], f: ["B.c"] }, backend.auth);
      expect(reply.errors).to.have.length(1);
    },
  },
  {
    id: "D10",
    source: "documented",
    says: "export answers URLs that can be fetched",
    async holds({ backend }) {
      const reply = await post(backend.slash, "mutation { export { signedUrls } }", {}, backend.auth);
      const [url] = (field(reply, "export") as { signedUrls: string[] }).signedUrls;
      expect((await fetch(url ?? "")).status).to.equal(200);
    },
  },
  {
    id: "D11",
    source: "Dgraph source",
    says: "GET takes a document with its variables in the address, on /graphql and /admin",
    async holds({ backend }) {
      await setSchema(backend, "type Order { id: ID! name: String }");
      await added(backend);
      const ask = async (url: string, parameters: Record<string, string>): Promise<Reply> =>
        replyOf(await fetch(`${url}?${new URLSearchParams(parameters).toString()}`, { headers: backend.auth }));
      const query =
        "query None { queryOrder(first: 1) { name } } query One($n: Int!) { queryOrder(first: $n) { name } }";
      const one = await ask(backend.graphql, { query, variables: '{"n":1}', operationName: "One" });
      expect(one.data, one.text).to.deep.equal({ queryOrder: [{ name: "tea" }] });
      const admin = await ask(backend.admin, { query: "{ getGQLSchema { schema } }" });
      expect(admin.text).to.contain("type Order");
    },
  },
  {
    id: "D12",
    source: "Dgraph source",
    says: "/admin and /graphql take a bare document as application/graphql",
    async holds({ backend }) {
      const headers = { "content-type": "application/graphql", ...backend.auth };
      await setSchema(backend, "type Order { id: ID! name: String }");
      const ask = async (url: string, body: string): Promise<Reply> =>
        replyOf(await fetch(url, { method: "POST", headers, body }));
      await added(backend);
      expect((await ask(backend.admin, "{ getGQLSchema { schema } }")).text).to.contain("type Order");
      const orders = await ask(backend.graphql, "{ queryOrder { name } }");
      expect(orders.data, orders.text).to.deep.equal({ queryOrder: [{ name: "tea" }] });
    },
  },
  {
    id: "D13",
    source: "Dgraph source",
    says: "a body may be packed with gzip, on every path",
    async holds({ local, headers, backend }) {
      const ask = async (url: string, body: string, auth = backend.auth): Promise<Reply> => {
        const more = { "content-type": "application/json", "content-encoding": "gzip", connection: "close" };
        return replyOf(await fetch(url, { method: "POST", headers: { ...more, ...auth }, body: gzipSync(body) }));
      };
      const document = (query: string): string => JSON.stringify({ query });
      const schema = "type Order { id: ID! name: String }";
      const set = await ask(`${backend.admin}/schema`, schema);
      expect(set.data, set.text).to.deep.equal({ code: "Success", message: "Done" });
      await added(backend);
      expect((await ask(backend.graphql, document("{ queryOrder { name } }"))).text).to.contain("tea");
      expect((await ask(backend.admin, document("{ getGQLSchema { schema } }"))).text).to.contain(schema);
      const listed = await ask(backend.slash, document("{ listBackups { response { type } } }"));
      expect(listed.errors, listed.text).to.equal(undefined);
      expect((await ask(local.endpoint, document("{ deployments { uid } }"), headers)).text).to.contain(backend.uid);
    },
  },
  {
    id: "D14",
    source: "Dgraph source",
    says: "/admin/schema takes a schema as it is, and /admin/schema/validate says what is wrong with one",
    async holds({ backend }) {
      const ask = async (path: string, body: string): Promise<Reply> =>
        replyOf(await fetch(`${backend.admin}/${path}`, { method: "POST", headers: backend.auth, body }));
      const schema = "type Order { id: ID! name: String }";
      const set = await ask("schema", schema);
      expect([set.status, set.data], set.text).to.deep.equal([200, { code: "Success", message: "Done" }]);
      const bad = await ask("schema", "type Order { id: ID! name: Nowhere }");
      expect([bad.status, bad.errors?.length], bad.text).to.deep.equal([200, 1]);
      expect(bad.errors?.[0]?.message).to.match(/^resolving updateGQLSchema failed.*Nowhere/s);
      const valid = await ask("schema/validate", "type Other { id: ID! y: Int }");
      expect(valid.status, valid.text).to.equal(200);
      expect(valid.text).to.equal('{"errors":[{"message":"Schema is valid","extensions":{"code":"success"}}]}');
      const invalid = await ask("schema/validate", "type Order { id: ID! name: Nowhere }");
      expect([invalid.status, invalid.errors?.length], invalid.text).to.deep.equal([400, 1]);
      expect(invalid.text).not.to.contain("updateGQLSchema");
      expect(invalid.text).to.contain("Nowhere").and.to.contain('"code":"ErrorInvalidRequest"');
      const left = await post(backend.admin, "{ getGQLSchema { schema } }", {}, backend.auth);
      expect(left.data).to.deep.equal({ getGQLSchema: { schema } });
    },
  },
  {
    id: "D15",
    source: "Dgraph source",
    says: "/admin tells the health of the database, and the schema with its id",
    async holds({ backend }) {
      const about = "instance address status group version uptime lastEcho ongoing indexing ee_features";
      const reply = await post(backend.admin, `{ health { ${about} } }`, {}, backend.auth);
      const health = field(reply, "health") as Record<string, unknown>[];
      const alpha = health.find(({ instance }) => instance === "alpha");
      expect(alpha, reply.text).to.include({ status: "healthy", group: "1" });
      expect(Math.abs(Number(alpha?.["lastEcho"]) - Date.now() / 1_000)).to.be.lessThan(30);
      expect(Number(alpha?.["uptime"])).to.be.within(0, 600);
      const set = "mutation($s: String!) { updateGQLSchema(input: { set: { schema: $s } }) { gqlSchema { id } } }";
      const updated = await post(backend.admin, set, { s: "type A { x: Int }" }, backend.auth);
      const { gqlSchema } = field(updated, "updateGQLSchema") as { gqlSchema: { id: string } };
      expect(gqlSchema.id).to.match(/^0x[0-9a-f]+$/);
    },
  },
  {
    id: "D16",
    source: "Dgraph source",
    says: "/query answers predicates, types and counts in the modes flexible and readonly; an unknown name counts 0",
    async holds({ local, headers, backend }) {
      expect((await askDql(backend, "schema {}")).status).to.equal(403);
      const flexible = await whenReady(await make(local, headers, { deploymentMode: "flexible" }));
      await setSchema(flexible, "type Order { id: ID! name: String @id tags: [String] }");
      await added(flexible);
      const { data } = await askDql(flexible, "schema(pred: [Order.name, Order.tags]) {}");
      const name = { predicate: "Order.name", type: "string", index: true, tokenizer: ["hash"], upsert: true };
      expect(data).to.deep.equal({ schema: [name, { predicate: "Order.tags", type: "string", list: true }] });
      const counts =
        "a(func: has(Order.name)) { count(uid) } b(func: type(Order)) @filter(NOT has(Order.tags)) { count(uid) }";
      expect(await countsOf(flexible, `{ ${counts} c(func: has(Nothing.x)) { count(uid) } }`)).to.deep.equal({
        a: 1,
        b: 1,
        c: 0,
      });
    },
  },
  {
    id: "D17",
    source: "Dgraph source",
    says: "a refused updateGQLSchema answers 200 with errors and saves its text; the old text heals",
    async holds({ local, headers }) {
      const backend = await whenReady(await make(local, headers, { deploymentMode: "flexible" }));
      const [before, after] = [
        "type Order { name: String tags: [String] }",
        "type Order { name: String tags: String }",
      ];
      await setSchema(backend, before);
      await added(backend);
      const { status, data, errors } = await setSchema(backend, after);
      expect([status, data]).to.deep.equal([200, { updateGQLSchema: null }]);
      expect(errors?.[0]?.message).to.match(
        /^resolving updateGQLSchema failed because succeeded in saving GraphQL schema but failed to alter Dgraph schema - .*Order\.tags/,
      );
      await textIs(backend, after);
      const list = { schema: [{ predicate: "Order.tags", type: "string", list: true }] };
      expect((await askDql(backend, "schema(pred: Order.tags) {}")).data).to.deep.equal(list);
      expect((await setSchema(backend, before)).errors).to.equal(undefined);
      await textIs(backend, before);
      expect((await askDql(backend, "schema(pred: Order.tags) {}")).data).to.deep.equal(list);
    },
  },
  {
    id: "D18",
    source: "Dgraph source",
    says: "the values of a removed field stay, and come back with the field; single to list cannot be taken back",
    async holds({ backend }) {
      await setSchema(backend, "type Order { id: ID! name: String }");
      await added(backend);
      await setSchema(backend, "type Order { id: ID! other: Int }");
      await setSchema(backend, "type Order { id: ID! name: [String] }");
      await textIs(backend, "type Order { id: ID! name: [String] }");
      const { data } = await post(backend.graphql, "{ queryOrder { name } }", {}, backend.auth);
      expect(data).to.deep.equal({ queryOrder: [{ name: ["tea"] }] });
      const back = await setSchema(backend, "type Order { id: ID! name: String }");
      expect(back.errors?.[0]?.message).to.contain("Schema change not allowed from [string] => string");
    },
  },
  {
    id: "D19",
    source: "Dgraph source",
    says: "getGQLSchema is null before the first schema, and has an empty one after allDataAndSchema was dropped",
    async holds({ local, headers }) {
      const backend = await whenReady(await make(local, headers));
      const look = async (): Promise<unknown> =>
        field(await post(backend.admin, "{ getGQLSchema { schema } }", {}, backend.auth), "getGQLSchema");
      expect(await look()).to.equal(null);
      await setSchema(backend, "type Order { name: String }");
      await textIs(backend, "type Order { name: String }");
      const drop = "mutation { dropData(allDataAndSchema: true) { response { code } } }";
      expect((await post(backend.slash, drop, {}, backend.auth)).errors).to.equal(undefined);
      expect(await look()).to.deep.equal({ schema: "" });
    },
  },
];

/** Waits until a schema is the live one: a real database shows it a moment after it answered the update. */
async function textIs(backend: Made, schema: string): Promise<void> {
  let text = "";
  for (let tries = 0; tries < 50; tries++) {
    const reply = await post(backend.admin, "{ getGQLSchema { schema } }", {}, backend.auth);
    text = (field(reply, "getGQLSchema") as { schema: string } | null)?.schema ?? "none";
    if (text === schema) return;
    await pause(50);
  }
  expect(text).to.equal(schema);
}

export async function worldOf(local: LocalCloud): Promise<World> {
  const headers = await session(local);
  return { local, headers, backend: await whenReady(await make(local, headers)) };
}
