import { expect } from "chai";
import { TestClock } from "../harness/clocks";
import { FakeCluster, type FakeClusterOptions } from "../harness/fakeCluster";

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly data?: Record<string, unknown> | null;
  readonly message?: string | undefined;
}

const folder = "/srv/backups";
const text = "type User { id: ID! name: String }";

describe("the fake cluster", () => {
  const clock = new TestClock();
  let cluster: FakeCluster;

  const start = async (options: FakeClusterOptions = {}): Promise<void> => {
    cluster = await FakeCluster.start({ now: () => clock.now(), ...options });
    cluster.setText(text);
    cluster.addNodes(3, "User", ["User.name"]);
  };
  afterEach(() => cluster.close());

  const ask = async (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(cluster.url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    const parsed = (answer.startsWith("{") ? JSON.parse(answer) : {}) as {
      data?: Record<string, unknown>;
      errors?: { message: string }[];
    };
    return {
      status: response.status,
      text: answer,
      ...(parsed.data !== undefined && { data: parsed.data }),
      message: parsed.errors?.[0]?.message,
    };
  };
  const admin = (query: string, headers?: Record<string, string>): Promise<Answer> => ask("/admin", { query }, headers);
  const update = (schema: string): Promise<Answer> =>
    ask("/admin", {
      query: "mutation ($s: String!) { updateGQLSchema(input: { set: { schema: $s } }) { gqlSchema { schema } } }",
      variables: { s: schema },
    });
  const backup = (rest = ""): Promise<Answer> =>
    admin(`mutation { backup(input: { destination: "${folder}"${rest} }) { taskId } }`);
  const restore = (backupId: string, rest = ""): Promise<Answer> =>
    admin(
      `mutation { restore(input: { location: "${folder}", backupId: "${backupId}", backupNum: 1${rest} }) { code } }`,
    );
  const taskOf = ({ data }: Answer): string => (data?.["backup"] as { taskId: string }).taskId;
  const statusOf = async (id: string): Promise<unknown> =>
    (await admin(`{ task(input: { id: "${id}" }) { status } }`)).data?.["task"];

  it("ends backups and restores by its clock", async () => {
    await start({ backupMs: 5_000, restoreMs: 10_000 });
    const id = taskOf(await backup());
    expect(cluster.ongoing).to.deep.equal(["opBackup"]);
    expect(await statusOf(id)).to.deep.equal({ status: "Running" });
    expect((await backup(", forceFull: true")).message).to.equal("resolving backup failed because task failed");
    clock.pass(5_000);
    expect(await statusOf(id)).to.deep.equal({ status: "Success" });
    const [{ backupId } = { backupId: "" }] = cluster.backups(folder);
    cluster.addNodes(4, "User", ["User.name"]);
    expect((await restore(backupId)).data).to.deep.equal({ restore: { code: "Success" } });
    expect((await restore(backupId)).message).to.include("already running");
    expect((await ask("/health")).status).to.equal(503);
    expect((await ask("/query", { query: "schema {}" })).message).to.include("draining mode");
    clock.pass(10_000);
    expect(cluster.nodesOf("User")).to.equal(7);
    expect((await ask("/health")).status).to.equal(200);
    expect(cluster.nodesOf("User")).to.equal(3);
  });

  it("empties the database by a restore of a damaged backup, and says that it was started", async () => {
    await start({ restoreMs: 10_000 });
    const damaged = cluster.takeBackup(folder);
    damaged.isDamaged = true;
    expect((await restore(damaged.backupId)).data).to.deep.equal({ restore: { code: "Success" } });
    expect(cluster.ongoing).to.deep.equal(["opRestore"]);
    clock.pass(600);
    expect(cluster.ongoing).to.deep.equal([]);
    expect([cluster.nodesOf("User"), cluster.text()]).to.deep.equal([0, text]);
    cluster.database.restart();
    expect(cluster.text()).to.equal(undefined);
  });

  it("decrypts a backup only with its own key", async () => {
    for (const [given, left] of [
      [', encryptionKeyFile: "/keys/one"', 3],
      [', encryptionKeyFile: "/keys/two"', 0],
      ["", 0],
    ] as const) {
      await start();
      cluster.database.encryptsWith = "/keys/one";
      const { backupId } = cluster.takeBackup(folder);
      await restore(backupId, given);
      cluster.database.settle();
      expect(cluster.nodesOf("User"), given).to.equal(left);
      await cluster.close();
    }
    await start();
  });

  it("lets tokens expire, and goes on taking them after a change of the password", async () => {
    await start({ groot: "first-password", accessMs: 60_000 });
    const logIn = async (password: string): Promise<string | undefined> => {
      const answer = await admin(
        `mutation { login(userId: "groot", password: "${password}", namespace: 0) { response { accessJWT } } }`,
      );
      return (answer.data?.["login"] as { response: { accessJWT: string } } | null)?.response.accessJWT;
    };
    const token = (await logIn("first-password")) ?? "";
    const state = (): Promise<Answer> => admin("{ state { cid } }", { "x-dgraph-accesstoken": token });
    expect((await state()).data).to.deep.equal({ state: { cid: cluster.id } });
    cluster.user("groot").password = "second-password";
    expect(await logIn("first-password")).to.equal(undefined);
    expect((await state()).message).to.equal(undefined);
    clock.pass(60_000);
    expect((await state()).message).to.include("Token is expired");
    expect(cluster.secrets).to.include.members([token, "second-password"]);
    await ask("/alter", { drop_op: "DATA" }, { "x-dgraph-accesstoken": (await logIn("second-password")) ?? "" });
    expect([cluster.isOpen, cluster.nodesOf("User")]).to.deep.equal([true, 0]);
  });

  it("has a text for each namespace, and shows a user only what it may read", async () => {
    await start({ groot: "first-password" });
    cluster.addNamespace(2, "of-two");
    cluster.setText("type Dog { name: String age: Int }", 2);
    cluster.addNodes(5, "Dog", ["Dog.name"], { namespace: 2 });
    cluster.addUser({ name: "reader", namespace: 2, isGuardian: false, reads: ["Dog.name"], password: "of-reader" });
    const headersOf = async (user: string, password: string): Promise<Record<string, string>> => {
      const { data } = await admin(
        `mutation { login(userId: "${user}", password: "${password}", namespace: 2) { response { accessJWT } } }`,
      );
      return { "x-dgraph-accesstoken": (data?.["login"] as { response: { accessJWT: string } }).response.accessJWT };
    };
    const guardian = await headersOf("groot", "of-two");
    expect((await admin("{ getGQLSchema { schema } }", guardian)).data).to.deep.equal({
      getGQLSchema: { schema: cluster.text(2) },
    });
    expect((await ask("/alter", { drop_all: true }, guardian)).message).to.include("Only superadmin is allowed");
    const query = "{ a(func: has(Dog.name)) { count(uid) } b(func: has(Dog.age)) { count(uid) } }";
    expect((await ask("/query", { query }, guardian)).data).to.deep.equal({ a: [{ count: 5 }], b: [{ count: 0 }] });
    const reader = await headersOf("reader", "of-reader");
    expect((await ask("/query", { query }, reader)).data).to.deep.equal({ a: [{ count: 5 }] });
  });

  it("injects the faults of the local cloud, before and after a request acts", async () => {
    await start();
    const broken = async (acted: boolean): Promise<unknown> => {
      cluster.faults.add({ operation: "updateGQLSchema", fault: { kind: "reset", acted } });
      return update(`${text} # ${String(acted)}`).catch((error: unknown) => error);
    };
    expect(await broken(false)).to.be.instanceOf(Error);
    expect([cluster.text(), cluster.journal.acted("updateGQLSchema")]).to.deep.equal([text, 0]);
    expect(await broken(true)).to.be.instanceOf(Error);
    expect([cluster.text(), cluster.journal.acted("updateGQLSchema")]).to.deep.equal([`${text} # true`, 1]);
    cluster.faults.add({ operation: "alter", fault: { kind: "status", status: 503, acted: true, body: "<html>" } });
    expect((await ask("/alter", { drop_attr: "User.name" })).status).to.equal(503);
    expect(cluster.nodesWith("User.name")).to.equal(0);
    cluster.faults.add({ operation: "getGQLSchema", fault: { kind: "cut-off", acted: true } });
    expect(await admin("{ getGQLSchema { schema } }").catch((error: unknown) => error)).to.be.instanceOf(SyntaxError);
    const held = cluster.faults.add({ operation: "query", fault: { kind: "pause", acted: false } });
    const answering = ask("/query", { query: "schema {}" });
    await cluster.journal.waitFor(({ operation }) => operation === "query", 1_000);
    expect(cluster.journal.acted("query")).to.equal(0);
    held.release();
    expect((await answering).status).to.equal(200);
  });

  it("applies an update by half, and shows a text late, on demand", async () => {
    await start();
    const half = { kind: "half-applied", message: "Schema change not allowed: User.b", applied: ["User.a"] } as const;
    cluster.faults.add({ operation: "updateGQLSchema", fault: half });
    const next = "type User { id: ID! a: String b: Int }";
    expect((await update(next)).message).to.include("succeeded in saving GraphQL schema but failed to alter");
    expect(cluster.text()).to.equal(next);
    expect([...cluster.database.namespace(0).stored.predicates.keys()]).to.deep.equal(["User.name", "User.a"]);
    clock.pass(60_000);
    await update(text);
    cluster.faults.add({ operation: "getGQLSchema", calls: "every", fault: { kind: "lag", ms: 2_000 } });
    const live = async (): Promise<unknown> => (await admin("{ getGQLSchema { schema } }")).data?.["getGQLSchema"];
    expect(await live()).to.deep.equal({ schema: next });
    clock.pass(2_000);
    expect(await live()).to.deep.equal({ schema: text });
  });

  it("stands behind a gateway, below a path and with a header", async () => {
    await start({ prefix: "/db", gatewayHeaders: { "X-Key": "let-me-in" } });
    expect((await admin("{ state { cid } }")).status).to.equal(403);
    expect((await admin("{ state { cid } }", { "x-key": "let-me-in" })).data).to.deep.equal({
      state: { cid: cluster.id },
    });
    expect((await fetch(`http://${cluster.host}/admin`)).status).to.equal(404);
  });

  it("keeps the task of the first backup on an object store running, and hides it from a list without groups", async () => {
    await start();
    cluster.store = { accessKey: "a-key", secretKey: "a-secret" };
    const store = `minio://127.0.0.1:9/bucket/x", accessKey: "a-key", secretKey: "a-secret`;
    const id = taskOf(await admin(`mutation { backup(input: { destination: "${store}" }) { taskId } }`));
    expect(await statusOf(id)).to.deep.equal({ status: "Running" });
    expect(cluster.ongoing).to.deep.equal([]);
    const list = async (selection: string, location = store): Promise<unknown> =>
      (await admin(`{ listBackups(input: { location: "${location}" }) { ${selection} } }`)).data?.["listBackups"];
    expect(await list("backupNum")).to.deep.equal([]);
    expect(await list("backupNum groups { groupId }")).to.deep.equal([{ backupNum: 1, groups: [{ groupId: 1 }] }]);
    expect(await list("backupNum groups { groupId }", "minio://127.0.0.1:9/bucket/x")).to.deep.equal([]);
    clock.pass(100_000);
    expect(await statusOf(id)).to.deep.equal({ status: "Success" });
  });
});
