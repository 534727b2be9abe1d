import { expect } from "chai";
import { clusterAccess, type ClusterSettings } from "../../provider/api/cluster/access";
import { ClusterDataPlane } from "../../provider/api/cluster/dataPlane";
import { RetryBudget } from "../../provider/api/retry";
import { scrub } from "../../provider/errors/redact";
import { callWithin, TestClock } from "../harness/clocks";
import { rejection } from "../harness/errors";
import { FakeCluster, type FakeClusterOptions } from "../harness/fakeCluster";
import type { StoredBackup } from "../harness/fakeCluster/database";

const text = "type User { id: ID! name: String @search(by: [hash]) tags: [String] }";
const folder = "/srv/backups";
const password = "password-of-groot-4711";

describe("the data plane of a cluster", () => {
  let clock: TestClock;
  let cluster: FakeCluster;

  const start = async (options: FakeClusterOptions = {}): Promise<void> => {
    clock = new TestClock();
    cluster = await FakeCluster.start({ now: () => clock.now(), ...options });
    cluster.setText(text);
    cluster.addNodes(3, "User", ["User.name"]);
    cluster.addNodes(2, "User", ["User.name", "User.tags"]);
  };
  afterEach(() => cluster.close());

  const planeWith = (settings: Partial<ClusterSettings> = {}): ClusterDataPlane =>
    new ClusterDataPlane(clusterAccess({ url: cluster.url, ...settings }), {
      clock,
      budget: new RetryBudget(),
      random: () => 0.5,
    });
  const call = (): ReturnType<typeof callWithin> => callWithin(clock, 120_000);
  const logIn = { user: "groot", password };
  const operations = (): string[] => cluster.journal.entries.map(({ operation }) => operation);

  describe("knows its cluster", () => {
    it("by the id of Zero, and the namespace", async () => {
      await start({ groot: password });
      cluster.addNamespace(2, password);
      expect(await planeWith(logIn).locate(undefined, call())).to.deep.equal({ id: cluster.id });
      const ofTwo = planeWith({ ...logIn, namespace: "2" });
      expect(await ofTwo.locate(undefined, call())).to.deep.equal({ id: `${cluster.id}:2` });
      expect(await ofTwo.locate(`${cluster.id}:2`, call())).to.deep.equal({ id: `${cluster.id}:2` });
    });

    it("and refuses another one before it changes anything", async () => {
      await start();
      const plane = planeWith();
      const { id } = await plane.locate(undefined, call());
      cluster.id = "00000000-1111-2222-3333-444444444444";
      const series = cluster.takeBackup(folder).backupId;
      const backup = { series, backupNum: 1 };
      const attempts = [
        plane.locate(id, call()),
        plane.locate(`${cluster.id}:1`, call()),
        plane.updateSchema(id, "type Other { name: String }", call()),
        plane.dropData(id, { allData: true }, call()),
        plane.restore(id, { source: { location: folder }, backup }, call()),
        plane.backup(id, { destination: folder, full: true }, call()),
      ];
      for (const attempt of attempts) {
        const error = await rejection(attempt);
        expect(error, error.message).to.include({ code: "DGC801" });
        expect(error.message).to.include(cluster.id);
      }
      for (const mutation of ["updateGQLSchema", "alter", "restore", "backup"])
        expect(cluster.journal.count(mutation), mutation).to.equal(0);
      expect([cluster.text(), cluster.nodesOf("User")]).to.deep.equal([text, 5]);
    });

    it("by the names that confirm may have", async () => {
      await start();
      expect(await planeWith().namesOf(undefined, call())).to.deep.equal([cluster.host, cluster.id]);
      expect(await planeWith().describe(undefined, call())).to.equal(`the cluster at ${cluster.host} (${cluster.id})`);
    });
  });

  describe("logs in", () => {
    it("once for eight concurrent calls", async () => {
      await start({ groot: password });
      const plane = planeWith(logIn);
      await Promise.all(Array.from({ length: 8 }, () => plane.schema("", call())));
      expect([cluster.journal.count("login"), cluster.journal.count("getGQLSchema")]).to.deep.equal([1, 8]);
    });

    it("again before its token expires, and asks nothing with an expired one", async () => {
      await start({ groot: password, accessMs: 600_000 });
      const plane = planeWith(logIn);
      for (let minute = 0; minute < 60; minute += 5) {
        expect(await plane.schema("", call())).to.equal(text);
        clock.pass(300_000);
      }
      expect(cluster.journal.entries.filter(({ acted }) => !acted)).to.deep.equal([]);
      expect(cluster.journal.count("login")).to.be.within(5, 8);
    });

    it("again after its token was refused, and sends the request once more", async () => {
      await start({ groot: password });
      const plane = planeWith(logIn);
      await plane.schema("", call());
      cluster.faults.add({ operation: "alter", fault: { kind: "unauthorized", as: "errors" } });
      await plane.dropData(cluster.id, { fields: ["User.tags"] }, call());
      expect(operations().filter((one) => one === "login" || one === "alter")).to.deep.equal([
        ...["login", "alter", "login", "alter"],
      ]);
      expect(cluster.nodesWith("User.tags")).to.equal(0);
    });

    it("only once with a wrong password, and names the settings without it", async () => {
      await start({ groot: "another-password" });
      const plane = planeWith(logIn);
      const errors = await Promise.all([rejection(plane.schema("", call())), rejection(plane.schema("", call()))]);
      for (const error of errors) {
        expect(error).to.include({ name: "SettingsError", code: "DGC805" });
        expect(error.message).to.include("clusterPassword").and.not.to.include(password);
      }
      await rejection(plane.schema("", call()));
      expect(cluster.journal.count("login")).to.equal(1);
    });

    it("into a namespace, and finds its text there", async () => {
      await start({ groot: password });
      cluster.addNamespace(2, password);
      cluster.setText("type Dog { name: String }", 2);
      expect(await planeWith({ ...logIn, namespace: "2" }).schema("", call())).to.equal("type Dog { name: String }");
    });
  });

  it("reaches a cluster behind a gateway, with its path, its headers and the token of Alpha", async () => {
    await start({ prefix: "/db", gatewayHeaders: { "x-key": "key-of-the-gateway" }, authToken: "token-of-alpha" });
    const settings = { authToken: "token-of-alpha", headers: '{"x-key": "key-of-the-gateway"}' };
    const plane = planeWith({ ...settings, url: `${cluster.url}/` });
    await plane.dropData(cluster.id, { fields: ["User.tags"] }, call());
    expect(await plane.schema("", call())).to.equal(text);
    const wrong = await rejection(planeWith({ ...settings, authToken: "another-token" }).schema("", call()));
    expect(wrong).to.include({ name: "UnauthorizedError" });
    expect(wrong.message)
      .to.include("clusterAuthToken")
      .and.not.to.match(/another-token|token-of-alpha/);
    const closed = await rejection(planeWith({ authToken: "token-of-alpha" }).schema("", call()));
    expect(closed.message).to.include("HTTP 403");
  });

  it("does not repeat a token that Dgraph quotes", async () => {
    await start({ authToken: "token-of-alpha" });
    const plane = planeWith({ authToken: "quoted-by-dgraph" });
    // Only /alter quotes the token. Other requests are refused first.
    cluster.faults.add({ operation: "state", fault: { kind: "data", data: { state: { cid: "x" } }, acted: false } });
    const error = await rejection(plane.dropData("x", { fields: ["User.tags"] }, call()));
    expect(error.message).to.include("alter").and.not.to.include("quoted-by-dgraph");
    expect(scrub("Provided auth token [quoted-by-dgraph] does not match")).not.to.include("quoted");
    expect(cluster.nodesWith("User.tags")).to.equal(2);
  });

  describe("reads and changes", () => {
    it("the schema", async () => {
      await start();
      const plane = planeWith();
      expect(await plane.schema("", call())).to.equal(text);
      const next = `${text} type Dog { name: String }`;
      const updated = await plane.updateSchema(cluster.id, next, call());
      expect([updated.schema, cluster.text()]).to.deep.equal([next, next]);
      expect((await plane.generatedSchema("", call())).generatedSchema).to.include("queryDog");
      const refused = await rejection(plane.updateSchema(cluster.id, "type Dog { name: Strin }", call()));
      expect(refused.message).to.include("Undefined type Strin");
      cluster.database.namespaces.clear();
      expect(await plane.schema("", call())).to.equal("");
    });

    it("predicates, types and counts", async () => {
      await start();
      const plane = planeWith();
      const stored = await plane.storedPredicates("", call());
      expect(stored.filter(({ predicate }) => predicate.startsWith("User."))).to.deep.equal([
        { predicate: "User.name", type: "string", index: true, tokenizer: ["hash"] },
        { predicate: "User.tags", type: "string", list: true },
      ]);
      const { types } = await plane.storedTypes("", call());
      expect(types).to.deep.equal([{ name: "User", predicates: ["User.name", "User.tags"] }]);
      expect((await plane.storedNames("", call())).fields).to.include.members(["User.name", "User.tags"]);
      const heads = ["func: type(User)", "func: type(User)) @filter(NOT has(User.tags)", "func: has(Nope.x)"];
      expect(await plane.counts("", heads, call())).to.deep.equal([5, 3, 0]);
      expect(await plane.aggregates("", ["User"], call())).to.deep.equal([5]);
    });

    it("no count of what its user may not read", async () => {
      await start({ groot: password });
      cluster.addUser({ name: "reader", namespace: 0, isGuardian: false, reads: ["User.name"], password });
      const plane = planeWith({ user: "reader", password });
      expect(await plane.counts("", ["func: has(User.name)", "func: has(User.tags)"], call())).to.deep.equal([
        ...[5, undefined],
      ]);
    });

    it("backups, of which it waits for the task", async () => {
      await start({ backupMs: 3_000 });
      const plane = planeWith();
      expect((await rejection(plane.listBackups({ location: folder }, call()))).message).to.include(folder);
      const task = await plane.backup(cluster.id, { destination: folder, full: false }, call());
      expect(await plane.backupStatus("", task, call())).to.equal("running");
      expect(await plane.running("", 0, call())).to.deep.equal({ what: "backup" });
      clock.pass(3_000);
      expect(await plane.backupStatus("", task, call())).to.equal("succeeded");
      const [backup, ...others] = await plane.listBackups({ location: folder }, call());
      expect(others).to.deep.equal([]);
      expect(backup).to.deep.include({ series: cluster.backups(folder)[0]?.backupId, backupNum: 1, type: "full" });
      expect(backup?.predicates).to.have.members(["User.name", "User.tags"]);
      expect(backup?.timestamp).to.equal("2030-01-01T00:00:00.000Z");
      cluster.database.unwritable.add("/full");
      const failing = await plane.backup(cluster.id, { destination: "/full", full: true }, call());
      clock.pass(3_000);
      expect(await plane.backupStatus("", failing, call())).to.equal("failed");
    });

    it("backups of an object store, with credentials that no message repeats", async () => {
      await start();
      const [accessKey, secretKey] = ["access-key-4712", "secret-key-4713"];
      cluster.store = { accessKey, secretKey };
      const plane = planeWith();
      const location = "minio://127.0.0.1:9/bucket/folder";
      const credentials = { accessKey, secretKey };
      await plane.backup(cluster.id, { destination: location, full: true, credentials }, call());
      expect(await plane.listBackups({ location, credentials }, call())).to.have.length(1);
      cluster.faults.add({
        operation: "listBackups",
        fault: { kind: "errors", messages: [`denied to ${accessKey} with ${secretKey}`], acted: false },
      });
      const error = await rejection(plane.listBackups({ location, credentials }, call()));
      expect(error.message)
        .to.include("denied")
        .and.not.to.match(/access-key|secret-key/);
    });

    for (const [title, prepare, verdict] of [
      ["what was counted is there", () => undefined, { status: "OK", confirmed: true }],
      [
        "the backup is damaged",
        (backups: FakeCluster) => {
          for (const backup of backups.backups(folder)) backup.isDamaged = true;
        },
        { status: "ERR" },
      ],
    ] as const)
      it(`restores, and says how they ended: ${title}`, async () => {
        await start({ restoreMs: 5_000 });
        const { backupId: series } = cluster.takeBackup(folder);
        prepare(cluster);
        cluster.addNodes(4, "User", ["User.name"]);
        const plane = planeWith();
        await plane.restore(cluster.id, { source: { location: folder }, backup: { series, backupNum: 1 } }, call());
        const restore = {
          target: cluster.id,
          request: "the request",
          contents: { types: { User: 5 }, predicates: { "User.name": 5, "User.tags": 2 } },
          predicates: ["User.name", "User.tags"],
        };
        expect((await plane.restoreStatus(restore, call())).status).to.equal("IN_PROGRESS");
        expect(await plane.running("", 0, call())).to.deep.equal({ what: "restore" });
        clock.pass(5_000);
        const ended = await plane.restoreStatus(restore, call());
        expect(ended, ended.errors.join()).to.deep.include(verdict);
      });

    type Status = ReturnType<ClusterDataPlane["restoreStatus"]>;

    /** Sends a restore. Returns a function that asks for its status. */
    async function restoring(
      { backupId: series }: StoredBackup,
      settings: Partial<ClusterSettings>,
    ): Promise<() => Status> {
      const plane = planeWith(settings);
      await plane.restore(cluster.id, { source: { location: folder }, backup: { series, backupNum: 1 } }, call());
      const restore = { target: cluster.id, request: "the request", predicates: ["User.name", "User.tags"] };
      return () => plane.restoreStatus(restore, call());
    }

    for (const [title, prepare, status, accessMs] of [
      ["has failed", (backup: StoredBackup) => (backup.isDamaged = true), "ERR", 600_000],
      ["has brought no users", (backup: StoredBackup) => (backup.content.users.length = 0), "OK", 600_000],
      ["has outlived the log-in", (backup: StoredBackup) => (backup.content.users.length = 0), "OK", 3_000],
    ] as const)
      it(`replaces the password of the groot that Dgraph makes some time after a restore that ${title}`, async () => {
        await start({ groot: password, restoreMs: 5_000, accessMs });
        const backup = cluster.takeBackup(folder);
        prepare(backup);
        const look = await restoring(backup, logIn);
        expect((await look()).status).to.equal("IN_PROGRESS");
        clock.pass(5_000);
        const ended = await look();
        expect(ended.status).to.equal(status);
        expect(ended.errors.join()).to.include("groot had the well-known password");
        expect([cluster.isOpen, cluster.user("groot").password]).to.deep.equal([false, password]);
      });

    it("leaves users alone that a restore has brought, also when the settings name none of them", async () => {
      await start({ groot: password });
      const backup = cluster.takeBackup(folder);
      for (const user of backup.content.users) user.password = "password-of-the-backup";
      const look = await restoring(backup, logIn);
      await look();
      clock.pass(10_000);
      expect(await look()).to.deep.include({ status: "OK", errors: [] });
      expect(cluster.user("groot").password).to.equal("password-of-the-backup");
    });

    it("says that the password of groot is well-known when the settings name another user", async () => {
      await start({ groot: password });
      const operator = { user: "operator", password: "password-of-the-operator" };
      cluster.addUser({ name: operator.user, password: operator.password, namespace: 0, isGuardian: true });
      const backup = cluster.takeBackup(folder);
      backup.content.users.length = 0;
      const look = await restoring(backup, operator);
      await look();
      clock.pass(10_000);
      const { errors } = await look();
      expect(errors.join()).to.include('the password of groot is the well-known "password"').and.include("operator");
    });

    it("says that the password of groot may be well-known when it could not find out", async () => {
      await start({ groot: password });
      const backup = cluster.takeBackup(folder);
      for (const user of backup.content.users) user.password = "password-of-the-backup";
      const look = await restoring(backup, logIn);
      await look();
      clock.pass(10_000);
      cluster.faults.add({ operation: "login", fault: { kind: "errors", messages: ["no leader"], acted: false } });
      const { errors } = await look();
      expect(errors.join())
        .to.include('the password of groot may be the well-known "password"')
        .and.include("no leader");
      expect(cluster.user("groot").password).to.equal("password-of-the-backup");
    });

    it("no restore that Dgraph refuses, and says that nothing was done", async () => {
      await start();
      cluster.takeBackup(folder);
      const plane = planeWith();
      const backup = { series: "another_series1", backupNum: 1 };
      const error = await rejection(plane.restore(cluster.id, { source: { location: folder }, backup }, call()));
      expect(error).to.include({ name: "RefusedError" });
      expect(error.message).to.include("not enough backups");
      expect(cluster.nodesOf("User")).to.equal(5);
    });

    it("the nodes of types, in transactions of at most 10,000", async () => {
      await start();
      cluster.addNodes(24_990, "User", ["User.name"]);
      cluster.addNodes(7, "Dog", ["Dog.name"]);
      await planeWith().dropData(cluster.id, { types: ["User"] }, call());
      expect([cluster.nodesOf("User"), cluster.nodesOf("Dog")]).to.deep.equal([0, 7]);
      expect(cluster.journal.acted("mutate")).to.equal(3);
    });

    it("fields, and sends the schema again for their indexes", async () => {
      await start();
      const plane = planeWith();
      await plane.dropData(cluster.id, { fields: ["User.name", "User.tags"] }, call());
      expect([cluster.nodesWith("User.name"), cluster.nodesWith("User.tags")]).to.deep.equal([0, 0]);
      const stored = await plane.storedPredicates("", call());
      expect(stored.find(({ predicate }) => predicate === "User.name")?.tokenizer).to.deep.equal(["hash"]);
    });

    for (const [drop, left] of [
      [{ allData: true }, text],
      [{ allDataAndSchema: true }, ""],
    ] as const)
      it(`all data (${Object.keys(drop).join()}), and sets the password of groot again`, async () => {
        await start({ groot: password });
        await planeWith(logIn).dropData(cluster.id, drop, call());
        expect([cluster.nodesOf("User"), cluster.text(), cluster.isOpen]).to.deep.equal([0, left, false]);
        expect(cluster.user("groot").password).to.equal(password);
      });

    for (const [title, fault, says] of [
      ["is refused", { kind: "errors", messages: ["no"], acted: false }, "is the well-known"],
      ["is not answered", { kind: "reset", acted: true }, "may be the well-known"],
    ] as const)
      it(`all data, and says what groot's password is when the one of the settings ${title}`, async () => {
        await start({ groot: password });
        cluster.faults.add({ operation: "updateUser", calls: "every", fault });
        const { warning } = await planeWith(logIn).dropData(cluster.id, { allData: true }, call());
        expect(warning).to.include(`the password of groot ${says} "password"`).and.include("could not be set again");
      });

    it("nothing that the settings rule out", async () => {
      await start();
      const ofOne = planeWith({ ...logIn, namespace: "1" });
      for (const action of [
        { what: "restore" },
        { what: "backup" },
        { what: "drop", drop: { allDataAndSchema: true }, resetAccessControl: true },
      ] as const)
        expect(ofOne.refusalOf(action), action.what).to.include({ code: "DGC811" });
      const drop = { what: "drop", drop: { allData: true } } as const;
      expect(planeWith(logIn).refusalOf(drop)).to.include({ code: "DGC804", property: "resetAccessControl" });
      expect(planeWith(logIn).refusalOf({ ...drop, resetAccessControl: true })).to.equal(undefined);
      const other = planeWith({ user: "someone", password });
      expect(other.refusalOf({ ...drop, resetAccessControl: true })).to.include({ code: "DGC804" });
      expect(planeWith().refusalOf(drop)).to.equal(undefined);
      expect(ofOne.refusalOf({ what: "drop", drop: { types: ["User"] } })).to.equal(undefined);
    });
  });

  it("is ready once Alpha takes requests, and while it restores", async () => {
    await start({ restoreMs: 5_000 });
    const { backupId, backupNum } = cluster.takeBackup(folder);
    const plane = planeWith();
    cluster.isReady = false;
    expect((await rejection(plane.readiness("", call()))).message).to.include("HTTP 503");
    cluster.isReady = true;
    expect((await plane.readiness("", call())).status).to.equal(200);
    cluster.startRestore(folder, { backupId, backupNum });
    expect((await plane.readiness("", call())).status).to.equal(200);
    expect(await plane.running("", 0, call())).to.deep.equal({ what: "restore" });
  });
});
