import { expect } from "chai";
import { type FaultRule, type LocalCloud, parseFaults, startLocalCloud } from "../../local/index";
import { add, make, type Made, post, type Reply, replyOf, session, setSchema } from "./calls";
import { askDql } from "./dql";

const before = "type User { n: String tags: [String] }";
const after = "type User { n: [String] tags: [String] z: Int }";
const halfApplied = /^resolving updateGQLSchema failed because succeeded in saving GraphQL schema but failed to alter/;

describe("faults of a schema", () => {
  let local: LocalCloud;
  let backend: Made;
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    local = await startLocalCloud({ provisioningMs: 0, restoreMs: 60_000, now: () => now });
    backend = await make(local, await session(local), { deploymentMode: "flexible" });
    await setSchema(backend, before);
    await add(backend, "User", [{ n: "a", tags: ["x"] }]);
    now += 60_000;
  });
  afterEach(() => local.close());

  const strike = (rule: Omit<FaultRule, "deployment">): void => {
    local.faults.add({ ...rule, deployment: backend.uid });
  };
  const messageOf = ({ status, errors }: Reply): string => `${status} ${errors?.[0]?.message ?? "good"}`;
  const live = async (): Promise<string> => {
    const { data } = await post(backend.admin, "{ getGQLSchema { schema generatedSchema } }", {}, backend.auth);
    const { getGQLSchema } = data as unknown as { getGQLSchema: { schema: string; generatedSchema: string } };
    return getGQLSchema.schema;
  };
  const predicates = async (): Promise<unknown> => {
    const { data } = await askDql(backend, "schema(pred: [User.n, User.tags, User.z]) { list }");
    const { schema } = data as { schema: readonly { predicate: string; list?: boolean }[] };
    return schema.map(({ predicate, list }) => `${predicate}${list === true ? " list" : ""}`);
  };
  const atFirst = ["User.n", "User.tags list"];

  it("half-applied: the schema is new, the predicates are old, and the old schema heals", async () => {
    strike({ operation: "updateGQLSchema", fault: { kind: "half-applied" } });
    const { status, data, errors } = await setSchema(backend, after);
    expect([status, data]).to.deep.equal([200, { updateGQLSchema: null }]);
    expect(errors?.[0]?.message)
      .to.match(halfApplied)
      .and.to.match(/without deleting pred: User\.n$/);
    expect([await live(), await predicates()]).to.deep.equal([after, atFirst]);
    expect(local.journal.entries.at(-3)).to.include({ operation: "updateGQLSchema", fault: "half-applied" });
    expect(messageOf(await setSchema(backend, before))).to.equal("200 good");
    expect([await live(), await predicates()]).to.deep.equal([before, atFirst]);
    expect(messageOf(await setSchema(backend, after))).to.equal("200 good");
    expect(await predicates()).to.deep.equal(["User.n list", "User.tags list", "User.z"]);
  });

  it("half-applied twice: the return to the old schema is refused as well", async () => {
    strike({ operation: "updateGQLSchema", calls: [1, 2], fault: { kind: "half-applied", message: "reason" } });
    for (const schema of [after, before]) {
      expect(messageOf(await setSchema(backend, schema))).to.match(/^200 resolving .*: reason$/);
      expect([await live(), await predicates()]).to.deep.equal([schema, atFirst]);
    }
    expect(messageOf(await setSchema(backend, before))).to.equal("200 good");
  });

  it("half-applied with some predicates: the database itself refuses the return", async () => {
    strike({ operation: "updateGQLSchema", fault: { kind: "half-applied", applied: ["User.n"] } });
    expect(messageOf(await setSchema(backend, after))).to.match(/without deleting pred: User\.tags$/);
    const refused = "200 resolving updateGQLSchema failed because succeeded in saving GraphQL schema";
    expect(messageOf(await setSchema(backend, before)))
      .to.contain(refused)
      .and.to.match(/pred: User\.n$/);
    expect([await live(), await predicates()]).to.deep.equal([before, ["User.n list", "User.tags list"]]);
    expect(messageOf(await setSchema(backend, "type User { n: [String] tags: [String] }"))).to.equal("200 good");
  });

  it("half-applied strikes /admin/schema too, and saves no invalid schema", async () => {
    strike({ operation: "updateGQLSchema", calls: "every", fault: { kind: "half-applied" } });
    const sent = await fetch(`${backend.admin}/schema`, { method: "POST", headers: backend.auth, body: after });
    expect(messageOf(await replyOf(sent))).to.contain("succeeded in saving GraphQL schema");
    expect(messageOf(await setSchema(backend, "type User {"))).not.to.contain("succeeded in saving");
    expect([await live(), await predicates()]).to.deep.equal([after, atFirst]);
  });

  it("lag: getGQLSchema answers the earlier schema until the time is over", async () => {
    strike({ operation: "getGQLSchema", calls: "every", fault: { kind: "lag", ms: 1_000 } });
    expect(await live(), "no update since").to.equal(before);
    expect(messageOf(await setSchema(backend, after))).to.equal("200 good");
    now += 999;
    expect(await live()).to.equal(before);
    now += 1;
    expect(await live()).to.equal(after);
    expect(messageOf(await setSchema(backend, "type User {"))).to.contain("updateGQLSchema failed");
    expect(await live(), "an update that saved nothing").to.equal(after);
  });

  it("errors: says for a while that an index is being built, and changes nothing", async () => {
    const messages = ["resolving updateGQLSchema failed because errIndexingInProgress. Please retry"];
    strike({ operation: "updateGQLSchema", calls: [1, 2], fault: { kind: "errors", messages, acted: false } });
    for (const message of [messages[0], messages[0], "good"]) {
      expect(await live()).to.equal(before);
      expect(messageOf(await setSchema(backend, after))).to.equal(`200 ${message ?? ""}`);
    }
    expect(await live()).to.equal(after);
  });

  for (const operation of ["updateGQLSchema", "getGQLSchema", "query"])
    it(`the other kinds strike ${operation}`, async () => {
      strike({ operation, calls: [1], fault: { kind: "status", status: 503, acted: true } });
      strike({ operation, calls: [2], fault: { kind: "reset", acted: false } });
      strike({ operation, calls: [3], fault: { kind: "cut-off", acted: true } });
      const send = {
        updateGQLSchema: () => setSchema(backend, after),
        getGQLSchema: () => post(backend.admin, "{ getGQLSchema { schema } }", {}, backend.auth),
        query: () => askDql(backend, "schema {}"),
      }[operation]!;
      const outcomes = [];
      for (let call = 0; call < 4; call++)
        outcomes.push(
          await send().then(
            ({ status }) => status,
            () => "lost",
          ),
        );
      expect(outcomes).to.deep.equal([503, "lost", 200, 200]);
      expect(local.journal.entries.map(({ fault }) => fault)).to.include.members(["status", "reset", "cut-off"]);
    });

  it("during a restore, updates and DQL are refused as by a draining Dgraph, and nothing changes", async () => {
    await local.cloud.get(backend.uid).takeBackup();
    const restore = `mutation { restore(uid: "${backend.uid}") { response { code } errors { message } } }`;
    expect((await post(backend.slash, restore, {}, backend.auth)).text).to.contain("Success");
    const draining = "the server is in draining mode and client requests will only be allowed after exiting the mode";
    expect(messageOf(await setSchema(backend, after))).to.contain(`updateGQLSchema failed because ${draining}`);
    const sent = await fetch(`${backend.admin}/schema`, { method: "POST", headers: backend.auth, body: after });
    expect(messageOf(await replyOf(sent))).to.contain(draining);
    expect(messageOf(await setSchema(backend, "type User {")), "what is invalid comes first").not.to.contain(draining);
    const dql = await askDql(backend, "schema {}");
    expect([dql.status, dql.data, dql.errors?.[0]?.message.startsWith(draining)]).to.deep.equal([200, null, true]);
    expect(await live()).to.equal(before);
    now += 60_000;
    expect(messageOf(await setSchema(backend, after))).to.equal("200 good");
    expect(await live()).to.equal(after);
  });

  it("a fault file knows them", () => {
    const rule = (operation: string, fault: object): string => JSON.stringify([{ operation, fault }]);
    const half = { kind: "half-applied", message: "m", applied: ["User.n"] };
    for (const one of [half, { kind: "half-applied" }])
      expect(parseFaults(rule("updateGQLSchema", one))).to.have.length(1);
    expect(() => parseFaults(rule("login", half))).to.throw('"operation" must be updateGQLSchema');
    expect(() => parseFaults(rule("updateGQLSchema", { ...half, applied: "User.n" }))).to.throw("a list of strings");
    for (const operation of ["query", "mutate", "commit", "alter", "validate", "getGQLSchema"])
      expect(parseFaults(rule(operation, { kind: "hang", acted: true })), operation).to.have.length(1);
  });
});
