import { closeSync, openSync, readdirSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Cluster, startCluster } from "../harness/cluster";
import { type EngineStack, fails, succeeds } from "../harness/engineStack";
import { pause, waitUntil } from "../harness/clocks";
import { nodes, schema, schemaStory, stackAt, withSchema } from "./stories";

/** The tests share one cluster and one stack: each starts from what the previous one left. */
describe("a cluster of one Zero and one Alpha, with the real engine", function () {
  this.timeout(300_000);
  let cluster: Cluster;
  let stack: EngineStack;
  let folder: string;

  before(async () => {
    cluster = await startCluster();
    stack = await stackAt(cluster.alpha);
    folder = cluster.makeFolder("backups");
  });
  after(async () => {
    await stack.close();
    await cluster.close();
  });

  const count = (): Promise<number> => cluster.alpha.client.count("User.name");
  const backup = (more = ""): string =>
    `const backup = new dgraphcloud.Backup("nightly", { destination: ${JSON.stringify(folder)}, ${more} }, { dependsOn: [api] });
     exports.contents = backup.contents; exports.backupId = backup.backupId; exports.backupNum = backup.backupNum;`;
  const restore = (more = ""): string =>
    `const restore = new dgraphcloud.Restore("back", { backup, ${more} });
     exports.status = restore.status; exports.confirmed = restore.confirmed; exports.errors = restore.errors;`;
  const drop = (more: string): string =>
    `const drop = new dgraphcloud.DataDrop("drop", { ${more} }, { dependsOn: [backup] });`;

  it("deploys a schema, changes it, and returns from one that Dgraph applied by half", async () => {
    await schemaStory(stack, cluster);
    stack.program(withSchema(schema, "", 'allow: ["User.age"],'));
    await succeeds(stack.up());
  });

  it("backs up, and records what the backup holds", async () => {
    await cluster.alpha.client.load("User", nodes);
    stack.program(withSchema(schema, backup()));
    await succeeds(stack.up());
    const contents = JSON.parse(await stack.output("contents")) as { types: object; predicates: object };
    expect(contents.types).to.include({ User: nodes });
    expect(contents.predicates).to.include({ "User.name": nodes });
    await succeeds(stack.preview("--expect-no-changes"));
  });

  it("drops the data, with a warning in the preview, and restores it with the numbers of the backup", async () => {
    const { host } = cluster.alpha;
    stack.program(withSchema(schema, backup() + drop(`allData: true, confirm: "${host}"`)));
    expect(await succeeds(stack.preview())).to.contain(host);
    await succeeds(stack.up());
    expect(await count()).to.equal(0);
    stack.program(withSchema(schema, backup() + restore(`confirm: "${host}"`)));
    await succeeds(stack.up());
    expect(await count()).to.equal(nodes);
    expect(await stack.output("status")).to.equal("OK");
    expect(await stack.output("confirmed")).to.equal("true");
    await succeeds(stack.preview("--expect-no-changes"));
  });

  it("refuses a drop and a restore whose confirm names another cluster, in the preview", async () => {
    stack.program(withSchema(schema, backup() + restore('confirm: "other.example.com", triggers: ["other"]')));
    expect(await fails(stack.preview()))
      .to.contain("other.example.com")
      .and.to.contain(cluster.alpha.host);
  });

  it("waits for the same restore after Alpha was killed in it", async () => {
    stack.program(withSchema(schema, backup() + restore('triggers: ["killed"]')));
    const began = (): number => cluster.alpha.log.split("Got restore proposal").length;
    const before = began();
    const { ended } = stack.begin("up", "--yes", "--skip-preview");
    await waitUntil(() => began() > before, { tries: 6_000, everyMs: 10 });
    await cluster.alpha.kill();
    await pause(500);
    await cluster.alpha.restart().finally(() => ended);
    await succeeds(ended);
    expect(await stack.output("status")).to.equal("OK");
    expect(await count()).to.equal(nodes);
    expect(cluster.alpha.log.split("Got restore request").length - 1, "requests for a restore").to.equal(2);
  });

  it("reports a damaged backup as a failure, and a right one repairs it", async () => {
    stack.program(withSchema(schema, backup('full: true, triggers: ["damaged"]')));
    await succeeds(stack.up());
    damage(folder);
    stack.program(withSchema(schema, backup('full: true, triggers: ["damaged"]') + restore('triggers: ["damaged"]')));
    const output = await fails(stack.up());
    expect(output).to.contain("User").and.to.contain("damaged");
    expect(await count()).to.equal(0);
    await cluster.alpha.client.setSchema(schema);
    await cluster.alpha.client.load("User", 3);
  });

  it("refuses another cluster behind the same address, before anything is sent", async () => {
    const other = await startCluster();
    try {
      await other.alpha.client.setSchema("type Other { id: ID! }".replace("id: ID!", "name: String"));
      stack.environment["DGRAPHCLOUD_CLUSTER_URL"] = other.alpha.url;
      stack.program(withSchema(`${schema}type Cat { name: String }`));
      const output = await fails(stack.up());
      expect(output)
        .to.contain("DGC801")
        .and.to.contain(await other.alpha.client.clusterId());
      expect(output).to.contain(await cluster.alpha.client.clusterId());
      expect(await other.alpha.client.schema()).to.equal("type Other { name: String }");
      expect(await fails(stack.refresh())).to.contain("DGC801");
    } finally {
      stack.environment["DGRAPHCLOUD_CLUSTER_URL"] = cluster.alpha.url;
      await other.close();
    }
  });
});

/** Cuts off and overwrites the newest backup file in a folder, as a full disk would. */
function damage(folder: string): void {
  const [newest = ""] = readdirSync(folder)
    .filter((name) => name.startsWith("dgraph."))
    .sort()
    .reverse();
  for (const name of readdirSync(join(folder, newest))) {
    const file = join(folder, newest, name);
    truncateSync(file, 200);
    const opened = openSync(file, "r+");
    writeSync(opened, Buffer.alloc(100, 7), 0, 100, 50);
    closeSync(opened);
  }
}
