import { expect } from "chai";
import { waitUntil } from "../harness/clocks";
import { type Cluster, firstUser, startCluster } from "../harness/cluster";
import { ObjectStore } from "../harness/objectStore";
import { isAlive } from "../harness/processes";

const schema = "type User { id: ID! name: String }";

describe("clusters for tests", function () {
  this.timeout(180_000);

  let cluster: Cluster | undefined;
  afterEach(async () => {
    await cluster?.close();
    cluster = undefined;
  });

  it("have replicas, of which one can be killed and started again", async () => {
    cluster = await startCluster({ alphas: 3, zeros: 3, replicas: 3 });
    const ids = await Promise.all(cluster.alphas.map(({ client }) => client.clusterId()));
    expect(new Set(ids).size).to.equal(1);
    await cluster.alpha.client.setSchema(schema);
    await cluster.alpha.client.load("User", 30);
    const leader = await cluster.leader();
    await leader.kill();
    expect(leader.isRunning).to.equal(false);
    const next = await cluster.leader();
    expect(next.url).not.to.equal(leader.url);
    expect(await next.client.count("User.name")).to.equal(30);
    await leader.restart();
    expect(await leader.client.count("User.name")).to.equal(30);
    expect(await leader.client.schema()).to.equal(schema);
  });

  it("check users, want the token, and back up to an object store with an encryption", async () => {
    const store = await ObjectStore.start();
    try {
      const securityToken = "token-of-alpha";
      cluster = await startCluster({ accessControl: {}, securityToken, encryptionKey: "0123456789abcdef" });
      const { client } = cluster.alpha;
      const without = await client
        .with({ "x-dgraph-authtoken": "another" })
        .ask("/admin", { query: "{ state { cid } }" });
      expect(without.errors).to.include("Invalid X-Dgraph-AuthToken");
      expect((await client.ask("/admin", { query: "{ state { cid } }" })).errors).to.include("no accessJwt available");
      const groot = await client.logIn(firstUser.user, firstUser.password);
      expect(await groot.clusterId()).to.match(/^[0-9a-f-]{36}$/);
      store.makeFolder("nightly");
      const { backup } = await groot.admin<{ backup: { taskId: string } }>(
        "mutation ($input: BackupInput!) { backup(input: $input) { taskId } }",
        { input: { destination: store.location("nightly"), ...store.keys } },
      );
      const statusOf = async (): Promise<string> =>
        (await groot.admin<{ task: { status: string } }>(`{ task(input: { id: "${backup.taskId}" }) { status } }`)).task
          .status;
      await waitUntil(async () => (await statusOf()) === "Success", { tries: 200, everyMs: 100 });
      const { listBackups } = await groot.admin<{ listBackups: readonly { encrypted: boolean }[] }>(
        "query ($input: ListBackupsInput!) { listBackups(input: $input) { encrypted groups { groupId } } }",
        { input: { location: store.location("nightly"), ...store.keys } },
      );
      expect(listBackups).to.have.length(1);
      expect(listBackups[0]?.encrypted).to.equal(true);
      expect(store.objects("nightly").filter((name) => name.endsWith(".backup"))).to.have.length(1);
    } finally {
      await store.close();
    }
  });

  it("leave no process behind", async () => {
    cluster = await startCluster();
    const pids = cluster.nodes.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    expect(pids).to.have.length(2);
    await cluster.close();
    expect(pids.filter(isAlive)).to.deep.equal([]);
  });
});
