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
  /** Starts a cloud and makes one dedicated backend in it. */
  const backendIn = async (options: LocalCloudOptions = {}, input: object = {}): Promise<Made> => {
    const headers = await start(options);
    return make(local, headers, input);
  };

  afterEach(() => local.close());

  it("answers 503 to everything until a backend is provisioned", async () => {
    const backend = await backendIn({ provisioningMs: 3_000 });
    expect((await fetch(backend.graphql, { method: "OPTIONS" })).status).to.equal(503);
    expect((await post(backend.slash, "{ __typename }", {}, backend.auth)).status).to.equal(503);
    now += 3_000;
    expect((await fetch(backend.graphql, { method: "OPTIONS" })).status).to.equal(200);
  });

  it("shows and changes only the account's own backends", async () => {
    const mine = await backendIn({ accounts });
    const other = await session(local, accounts[1]);
    expect((await post(local.endpoint, "{ deployments { uid } }", {}, other)).data).to.deep.equal({ deployments: [] });
    const remove = `mutation { deleteDeployment(deploymentID: "${mine.uid}") }`;
    expect((await post(local.endpoint, remove, {}, other)).errors).to.have.length(1);
    expect(local.cloud.all()).to.have.length(1);
  });

  it("lets two backends have one name, unless names are to be unique", async () => {
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

  it("refuses a taken subdomain as a GraphQL error", async () => {
    const session = await start();
    const dep = { name: "n", zone: "z", subdomain: "orders" };
    await post(local.endpoint, createMutation, { dep }, session);
    const second = await post(local.endpoint, createMutation, { dep }, session);
    expect([second.status, second.errors?.length]).to.deep.equal([200, 1]);
  });

  it("shows the first member of an organization as who made it, where an older version kept no more", async () => {
    await start();
    const [account] = local.accounts;
    if (account === undefined) throw new Error("no account");
    const { createdBy, ...older } = local.cloud.organizations.create(account, "old");
    expect(createdBy).to.equal(account.email);
    expect(apiOrganization(older).createdBy.auth0User.email).to.equal(account.email);
  });

  it("takes an empty subdomain for none", async () => {
    const session = await start();
    const dep = { name: "n", zone: "z", subdomain: "" };
    for (const times of [1, 2])
      expect((await post(local.endpoint, createMutation, { dep }, session)).errors, String(times)).to.equal(undefined);
    const { text } = await post(local.endpoint, "{ deployments { subdomain } }", {}, session);
    expect(text).to.equal('{"data":{"deployments":[{"subdomain":"backend-42"},{"subdomain":"backend-43"}]}}');
  });

  it("ends sessions with time and on demand, and takes a new log-in at once", async () => {
    const first = await start({ sessionMs: 500 });
    const list = async (with_: Record<string, string>): Promise<unknown> =>
      (await post(local.endpoint, "{ deployments { uid } }", {}, with_)).data;
    expect(await list(first)).to.deep.equal({ deployments: [] });
    now += 501;
    expect(await list(first)).to.deep.equal({ deployments: null });
    const second = await session(local);
    local.cloud.expireSessions();
    expect(await list(second)).to.deep.equal({ deployments: null });
    expect(await list(await session(local))).to.deep.equal({ deployments: [] });
  });

  it("refuses a rotated token of a backend", async () => {
    const backend = await backendIn();
    local.cloud.rotateToken(backend.uid);
    expect((await post(backend.admin, "{ __typename }", {}, backend.auth)).status).to.equal(401);
  });

  it("runs one restore at a time, tells scripted errors, and forgets after a restart of the engine", async () => {
    const backend = await backendIn();
    const door = local.cloud.get(backend.uid);
    await door.takeBackup();
    const send = (): ReturnType<typeof post> => post(backend.slash, restore, { uid: backend.uid }, backend.auth);
    await send();
    expect((await send()).text).to.contain("another restore operation with id 1 is in progress");
    door.setRestoreOutcome({ status: "ERR", errors: ["disk full"] });
    now += 1_000;
    await door.advance();
    expect(door.restoreStatus(1)).to.include({ status: "ERR" }).and.to.have.deep.property("errors", ["disk full"]);
    await door.restartEngine();
    expect(door.restoreStatus(1).status).to.equal("UNKNOWN");
    expect((await send()).data).to.have.nested.property("restore.response.restoreId", 1);
  });

  it("begins one of several restores that are sent at the same moment", async () => {
    const backend = await backendIn();
    const door = local.cloud.get(backend.uid);
    const backup = await door.takeBackup();
    const sent = await Promise.allSettled([1, 2, 3].map(() => door.startRestore(door, backup)));
    const refused = "another restore operation with id 1 is in progress";
    expect(sent.map((one) => (one.status === "fulfilled" ? one.value : String(one.reason)))).to.deep.equal([
      1,
      ...Array.from({ length: 2 }, () => `Error: ${refused}`),
    ]);
  });

  it("gives the id of a restore that could not begin to the next one", async () => {
    const backend = await backendIn();
    const door = local.cloud.get(backend.uid);
    const backup = await door.takeBackup();
    const gone = await door.startRestore(door, { ...backup, backupNum: 9 }).catch(String);
    expect(gone).to.contain("no backup 9");
    expect(await door.startRestore(door, backup)).to.equal(1);
  });

  it("begins a new series after a restore, whatever came of it and whoever was there to see it", async () => {
    const backend = await backendIn();
    const door = local.cloud.get(backend.uid);
    const first = await door.takeBackup();
    const kind = async (): Promise<string> => (await door.takeBackup()).type;
    expect(await kind()).to.equal("incremental");
    await door.startRestore(door, first);
    expect(door.saved().nextIsFull, "kept as soon as it has begun").to.equal(true);
    door.setRestoreOutcome({ status: "ERR", errors: ["disk full"] });
    now += 1_000;
    expect([await kind(), await kind()], "after a failure").to.deep.equal(["full", "incremental"]);
    await door.startRestore(door, first);
    await door.restartEngine();
    expect([await kind(), await kind()], "after a restart in its middle").to.deep.equal(["full", "incremental"]);
    await door.startRestore(door, first);
    await kind();
    now += 1_000;
    expect(await kind(), "after a backup in its middle").to.equal("full");
  });

  it("keeps the last 50 restores", async () => {
    const backend = await backendIn({ restoreMs: 0 });
    const door = local.cloud.get(backend.uid);
    const backup = await door.takeBackup();
    for (let id = 1; id <= 51; id++) {
      await door.startRestore(door, backup);
      await door.advance();
    }
    expect([1, 2, 51].map((id) => door.restoreStatus(id).status)).to.deep.equal(["UNKNOWN", "OK", "OK"]);
  });

  it("backs up a restore that has ended, also when nobody looked", async () => {
    const backend = await backendIn();
    await setSchema(backend, "type A { x: Int }");
    const door = local.cloud.get(backend.uid);
    const empty = await door.takeBackup();
    await add(backend, "A", [{ x: 1 }]);
    await door.startRestore(door, empty);
    now += 1_000;
    await door.takeBackup();
    expect(await countOf(backend, "A")).to.equal(0);
    expect(
      (await door.listBackups()).map((series) => series.length),
      "a series of its own",
    ).to.deep.equal([1, 1]);
  });

  it("takes scheduled backups, a full one first in each series", async () => {
    const backend = await backendIn({ backupEveryMs: 1_000, backupsPerSeries: 2 });
    now += 3_000;
    const door = local.cloud.get(backend.uid);
    await door.advance();
    const series = (await door.listBackups()).map((list) => list.map(({ type }) => type));
    expect(series).to.deep.equal([["full", "incremental"], ["full"]]);
  });

  it("makes up for the last ten scheduled backups that nobody was there to see, and goes on in step", async () => {
    const begin = now - (now % 1_000);
    const backend = await backendIn({ backupEveryMs: 1_000 });
    const door = local.cloud.get(backend.uid);
    const seconds = async (): Promise<number[]> =>
      (await door.listBackups()).flat().map(({ timestamp }) => (Date.parse(timestamp) - begin) / 1_000);
    now += 3_600_500;
    await door.advance();
    const last = Array.from({ length: 10 }, (_, index) => 3_591 + index);
    expect(await seconds()).to.deep.equal(last);
    now += 500;
    await door.advance();
    expect(await seconds()).to.deep.equal([...last, 3_601]);
  });

  it("takes no interval of backups that would leave no time for anything else", async () => {
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
