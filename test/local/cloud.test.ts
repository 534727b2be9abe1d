import { expect } from "chai";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../../local/index";
import { apiOrganization } from "../../local/cloud/organizations";
import { add, countOf, createMutation, type Made, make, post, session, setSchema } from "./calls";

const restore = "mutation($uid: String!) { restore(uid: $uid) { response { restoreId } errors { message } } }";
const accounts = [
  { email: "a@example.com", password: "a" },
  { email: "b@example.com", password: "b" },
];

describe("the local cloud", () => {
  let local: LocalCloud;
  let now = 1_700_000_000_000;
  const start = async (options: LocalCloudOptions = {}): Promise<Record<string, string>> => {
    local = await startLocalCloud({ provisioningMs: 0, restoreMs: 1_000, now: () => now, ...options });
    return session(local, options.accounts?.[0]);
  };
  /** Starts a cloud, and creates one dedicated backend. */
  const backendIn = async (options: LocalCloudOptions = {}, input: object = {}): Promise<Made> => {
    const headers = await start(options);
    return make(local, headers, input);
  };

  afterEach(() => local.close());

  it("answers 503 to every request until a backend is provisioned", async () => {
    const backend = await backendIn({ provisioningMs: 3_000 });
    expect((await fetch(backend.graphql, { method: "OPTIONS" })).status).to.equal(503);
    expect((await post(backend.slash, "{ __typename }", {}, backend.auth)).status).to.equal(503);
    now += 3_000;
    expect((await fetch(backend.graphql, { method: "OPTIONS" })).status).to.equal(200);
  });

  it("lists and changes only the backends of the account", async () => {
    const mine = await backendIn({ accounts });
    const other = await session(local, accounts[1]);
    expect((await post(local.endpoint, "{ deployments { uid } }", {}, other)).data).to.deep.equal({ deployments: [] });
    const remove = `mutation { deleteDeployment(deploymentID: "${mine.uid}") }`;
    expect((await post(local.endpoint, remove, {}, other)).errors).to.have.length(1);
    expect(local.cloud.all()).to.have.length(1);
  });

  it("allows two backends of the same name, unless uniqueNames is set", async () => {
    const same = { dep: { name: "n", zone: "z" } };
    await start();
    const [account] = local.accounts;
    if (account === undefined) throw new Error("no account");
    await Promise.all([1, 2].map(() => local.cloud.createDeployment(account, same.dep)));
    expect(local.cloud.all()).to.have.length(2);
    await local.close();
    await start({ uniqueNames: true });
    const made = await Promise.allSettled([1, 2].map(() => local.cloud.createDeployment(account, same.dep)));
    expect(made.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected"]);
  });

  it("refuses a used subdomain with a GraphQL error", async () => {
    const session = await start();
    const dep = { name: "n", zone: "z", subdomain: "orders" };
    await post(local.endpoint, createMutation, { dep }, session);
    const second = await post(local.endpoint, createMutation, { dep }, session);
    expect([second.status, second.errors?.length]).to.deep.equal([200, 1]);
  });

  it("shows the first member as the creator of an organization from an older version's state", async () => {
    await start();
    const [account] = local.accounts;
    if (account === undefined) throw new Error("no account");
    const { createdBy, ...older } = local.cloud.organizations.create(account, "old");
    expect(createdBy).to.equal(account.email);
    expect(apiOrganization(older).createdBy.auth0User.email).to.equal(account.email);
  });

  it("treats an empty subdomain as none", async () => {
    const session = await start();
    const dep = { name: "n", zone: "z", subdomain: "" };
    for (const times of [1, 2])
      expect((await post(local.endpoint, createMutation, { dep }, session)).errors, String(times)).to.equal(undefined);
    const { text } = await post(local.endpoint, "{ deployments { subdomain } }", {}, session);
    expect(text).to.equal('{"data":{"deployments":[{"subdomain":"backend-42"},{"subdomain":"backend-43"}]}}');
  });

  it("ends sessions after sessionMs and by expireSessions, and accepts a new log-in at once", async () => {
    const first = await start({ sessionMs: 500 });
    const list = async (headers: Record<string, string>): Promise<unknown> =>
      (await post(local.endpoint, "{ deployments { uid } }", {}, headers)).data;
    expect(await list(first)).to.deep.equal({ deployments: [] });
    now += 501;
    expect(await list(first)).to.deep.equal({ deployments: null });
    const second = await session(local);
    local.cloud.expireSessions();
    expect(await list(second)).to.deep.equal({ deployments: null });
    expect(await list(await session(local))).to.deep.equal({ deployments: [] });
  });

  it("refuses the old token of a backend after rotateToken", async () => {
    const backend = await backendIn();
    local.cloud.rotateToken(backend.uid);
    expect((await post(backend.admin, "{ __typename }", {}, backend.auth)).status).to.equal(401);
  });

  it("runs one restore at a time, ends it with a set outcome, and forgets it after a restart of the engine", async () => {
    const backend = await backendIn();
    const dataPlane = local.cloud.get(backend.uid);
    await dataPlane.takeBackup();
    const send = (): ReturnType<typeof post> => post(backend.slash, restore, { uid: backend.uid }, backend.auth);
    await send();
    expect((await send()).text).to.contain("another restore operation with id 1 is in progress");
    dataPlane.setRestoreOutcome({ status: "ERR", errors: ["disk full"] });
    now += 1_000;
    await dataPlane.advance();
    expect(dataPlane.restoreStatus(1)).to.include({ status: "ERR" }).and.to.have.deep.property("errors", ["disk full"]);
    await dataPlane.restartEngine();
    expect(dataPlane.restoreStatus(1).status).to.equal("UNKNOWN");
    expect((await send()).data).to.have.nested.property("restore.response.restoreId", 1);
  });

  it("begins one of several restores that are sent at the same time", async () => {
    const backend = await backendIn();
    const dataPlane = local.cloud.get(backend.uid);
    const backup = await dataPlane.takeBackup();
    const sent = await Promise.allSettled([1, 2, 3].map(() => dataPlane.startRestore(dataPlane, backup)));
    const refused = "another restore operation with id 1 is in progress";
    expect(sent.map((one) => (one.status === "fulfilled" ? one.value : String(one.reason)))).to.deep.equal([
      1,
      ...Array.from({ length: 2 }, () => `Error: ${refused}`),
    ]);
  });

  it("reuses the id of a restore that could not begin", async () => {
    const backend = await backendIn();
    const dataPlane = local.cloud.get(backend.uid);
    const backup = await dataPlane.takeBackup();
    const failure = await dataPlane.startRestore(dataPlane, { ...backup, backupNum: 9 }).catch(String);
    expect(failure).to.contain("no backup 9");
    expect(await dataPlane.startRestore(dataPlane, backup)).to.equal(1);
  });

  it("begins a new series after a restore, however the restore ended and even if nobody polled it", async () => {
    const backend = await backendIn();
    const dataPlane = local.cloud.get(backend.uid);
    const first = await dataPlane.takeBackup();
    const kind = async (): Promise<string> => (await dataPlane.takeBackup()).type;
    expect(await kind()).to.equal("incremental");
    await dataPlane.startRestore(dataPlane, first);
    expect(dataPlane.saved().nextIsFull, "saved as soon as it has begun").to.equal(true);
    dataPlane.setRestoreOutcome({ status: "ERR", errors: ["disk full"] });
    now += 1_000;
    expect([await kind(), await kind()], "after a failure").to.deep.equal(["full", "incremental"]);
    await dataPlane.startRestore(dataPlane, first);
    await dataPlane.restartEngine();
    expect([await kind(), await kind()], "after a restart during it").to.deep.equal(["full", "incremental"]);
    await dataPlane.startRestore(dataPlane, first);
    await kind();
    now += 1_000;
    expect(await kind(), "after a backup during it").to.equal("full");
  });

  it("remembers the last 50 restores", async () => {
    const backend = await backendIn({ restoreMs: 0 });
    const dataPlane = local.cloud.get(backend.uid);
    const backup = await dataPlane.takeBackup();
    for (let id = 1; id <= 51; id++) {
      await dataPlane.startRestore(dataPlane, backup);
      await dataPlane.advance();
    }
    expect([1, 2, 51].map((id) => dataPlane.restoreStatus(id).status)).to.deep.equal(["UNKNOWN", "OK", "OK"]);
  });

  it("backs up the restored data once a restore is due, even if nobody polled it", async () => {
    const backend = await backendIn();
    await setSchema(backend, "type A { x: Int }");
    const dataPlane = local.cloud.get(backend.uid);
    const empty = await dataPlane.takeBackup();
    await add(backend, "A", [{ x: 1 }]);
    await dataPlane.startRestore(dataPlane, empty);
    now += 1_000;
    await dataPlane.takeBackup();
    expect(await countOf(backend, "A")).to.equal(0);
    expect(
      (await dataPlane.listBackups()).map((series) => series.length),
      "a series of its own",
    ).to.deep.equal([1, 1]);
  });

  it("takes scheduled backups, each series beginning with a full one", async () => {
    const backend = await backendIn({ backupEveryMs: 1_000, backupsPerSeries: 2 });
    now += 3_000;
    const dataPlane = local.cloud.get(backend.uid);
    await dataPlane.advance();
    const series = (await dataPlane.listBackups()).map((list) => list.map(({ type }) => type));
    expect(series).to.deep.equal([["full", "incremental"], ["full"]]);
  });

  it("makes up for the last ten missed backups after a pause, and keeps to the interval", async () => {
    const begin = now - (now % 1_000);
    const backend = await backendIn({ backupEveryMs: 1_000 });
    const dataPlane = local.cloud.get(backend.uid);
    const seconds = async (): Promise<number[]> =>
      (await dataPlane.listBackups()).flat().map(({ timestamp }) => (Date.parse(timestamp) - begin) / 1_000);
    now += 3_600_500;
    await dataPlane.advance();
    const last = Array.from({ length: 10 }, (_, index) => 3_591 + index);
    expect(await seconds()).to.deep.equal(last);
    now += 500;
    await dataPlane.advance();
    expect(await seconds()).to.deep.equal([...last, 3_601]);
  });

  it("refuses a backup interval below one second", async () => {
    for (const backupEveryMs of [0, -1, 999, Number.NaN, Number.POSITIVE_INFINITY])
      expect(await startLocalCloud({ backupEveryMs }).then(() => "started", String)).to.equal(
        `Error: backupEveryMs must be 1000 (one second) or more, not ${backupEveryMs}`,
      );
    await start({ backupEveryMs: 1_000 });
  });

  it("drops types, fields, all data, and all data with the schema", async () => {
    const backend = await backendIn();
    await setSchema(backend, "type A { id: ID! x: Int tags: [String!] } type B { y: String }");
    await add(backend, "A", [{ x: 1, tags: ["t"] }, { x: 2 }]);
    await add(backend, "B", [{ y: "b" }]);
    const drop = async (args: string): Promise<void> => {
      await post(backend.slash, `mutation { dropData(${args}) { response { code } } }`, {}, backend.auth);
    };
    await drop('types: ["B"]');
    expect([await countOf(backend, "A"), await countOf(backend, "B")]).to.deep.equal([2, 0]);
    await drop('fields: ["A.x"]');
    const left = await post(backend.graphql, "{ queryA { x tags } }", {}, backend.auth);
    expect(left.data).to.deep.equal({
      queryA: [
        { x: null, tags: ["t"] },
        { x: null, tags: [] },
      ],
    });
    await drop("allData: true");
    expect(await countOf(backend, "A")).to.equal(0);
    await drop("allDataAndSchema: true");
    expect(await local.cloud.get(backend.uid).engine.schema()).to.equal("");
  });

  it("gets, filters, counts and deletes records by id", async () => {
    const backend = await backendIn();
    await setSchema(backend, "type A { id: ID! x: Int }");
    await add(backend, "A", [{ x: 1 }, { x: 2 }]);
    const ask = (query: string): ReturnType<typeof post> => post(backend.graphql, query, {}, backend.auth);
    expect((await ask('{ getA(id: "0x2") { x } }')).data).to.deep.equal({ getA: { x: 2 } });
    const counted = await ask('{ aggregateA(filter: { id: ["0x2"] }) { count } }');
    expect(counted.data).to.deep.equal({ aggregateA: { count: 1 } });
    await ask('mutation { deleteA(filter: { id: ["0x1"] }) { numUids } }');
    expect(await countOf(backend, "A")).to.equal(1);
  });

  it("refuses mutations on a read-only backend", async () => {
    const backend = await backendIn({}, { deploymentMode: "readonly" });
    await setSchema(backend, "type A { x: Int }");
    const refused = await add(backend, "A", [{ x: 1 }]);
    expect(refused.status === 200 && refused.errors === undefined).to.equal(false);
    expect(await countOf(backend, "A")).to.equal(0);
  });
});
