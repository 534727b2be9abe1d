import { expect } from "chai";
import { type Cluster, startCluster } from "../harness/cluster";
import { type EngineStack, fails, succeeds } from "../harness/engineStack";
import { waitUntil } from "../harness/clocks";
import { nodes, schema, schemaStory, stackAt, withSchema } from "./stories";

/** The tests share one cluster and one stack: each starts from what the previous one left. */
describe("a cluster of three Alphas and three Zeros, with the real engine", function () {
  this.timeout(300_000);
  let cluster: Cluster;
  let stack: EngineStack;
  let folder: string;

  before(async () => {
    cluster = await startCluster({ alphas: 3, zeros: 3, replicas: 3 });
    stack = await stackAt(cluster.alpha);
    folder = cluster.makeFolder("backups");
  });
  after(async () => {
    await stack.close();
    await cluster.close();
  });

  /** What each Alpha has, by its own count. */
  const counts = (): Promise<number[]> => Promise.all(cluster.alphas.map(({ client }) => client.count("User.name")));
  const everywhere = (count: number): number[] => cluster.alphas.map(() => count);
  const backup = (more = ""): string =>
    `const backup = new dgraphcloud.Backup("nightly", { destination: ${JSON.stringify(folder)}, full: true, ${more} }, { dependsOn: [api] });
     exports.contents = backup.contents; exports.path = backup.path;`;
  const restore = (more = ""): string =>
    `const restore = new dgraphcloud.Restore("back", { backup, ${more} });
     exports.status = restore.status; exports.confirmed = restore.confirmed;`;

  it("deploys a schema on each Alpha, changes it, and returns from one that Dgraph applied by half", async () => {
    await schemaStory(stack, cluster);
    stack.program(withSchema(schema, "", 'allow: ["User.age"],'));
    await succeeds(stack.up());
  });

  it("backs up, drops and restores, which each Alpha shows", async () => {
    await cluster.alpha.client.load("User", nodes);
    stack.program(withSchema(schema, backup()));
    await succeeds(stack.up());
    expect(JSON.parse(await stack.output("contents"))).to.have.nested.property("types.User", nodes);
    const drop = 'new dgraphcloud.DataDrop("drop", { types: ["User"] }, { dependsOn: [backup] });';
    stack.program(withSchema(schema, backup() + drop));
    await succeeds(stack.up());
    expect(await counts()).to.deep.equal(everywhere(0));
    stack.program(withSchema(schema, backup() + restore()));
    await succeeds(stack.up());
    expect(await stack.output("confirmed")).to.equal("true");
    expect(await settled()).to.deep.equal(everywhere(nodes));
    await succeeds(stack.preview("--expect-no-changes"));
  });

  it("changes the schema, backs up and drops while one Alpha is down, which has all of it when it is back", async () => {
    const down = await another();
    await down.kill();
    const wider = schema.replace("nick: String", "nick: String age: Int");
    const drop = 'new dgraphcloud.DataDrop("nicks", { fields: ["User.nick"] }, { dependsOn: [backup] });';
    stack.program(withSchema(wider, backup('triggers: ["one is down"]') + drop));
    await succeeds(stack.up());
    expect(await stack.output("path")).to.match(/^dgraph\./);
    await down.restart();
    expect(await down.client.schema()).to.equal(wider);
    expect(await settled()).to.deep.equal(everywhere(nodes));
    stack.program(withSchema(schema, backup('triggers: ["one is down"]'), 'allow: ["User.age"],'));
    await succeeds(stack.up());
  });

  it("refuses a restore while an Alpha is down, which would be empty for good when it is back", async () => {
    const down = await another();
    await down.kill();
    await waitUntil(async () => (await unhealthy()) > 0, { tries: 200, everyMs: 100 });
    stack.program(withSchema(schema, backup('triggers: ["one is down"]') + restore('triggers: ["one is down"]')));
    const output = await fails(stack.up());
    expect(output).to.contain(down.internal);
    await down.restart();
    expect(await settled()).to.deep.equal(everywhere(nodes));
  });

  it("waits for the same restore while an Alpha is killed in it, which restores again when it is back", async () => {
    const killed = await another();
    stack.program(withSchema(schema, backup('triggers: ["one is down"]') + restore('triggers: ["killed"]')));
    const began = (): number => killed.log.split("Got restore proposal").length;
    const [before, sent] = [began(), requests()];
    const { ended } = stack.begin("up", "--yes", "--skip-preview");
    await waitUntil(() => began() > before, { tries: 6_000, everyMs: 10 });
    await killed.kill();
    await killed.restart().finally(() => ended);
    await succeeds(ended);
    expect(await stack.output("status")).to.equal("OK");
    expect(await settled()).to.deep.equal(everywhere(nodes));
    expect(requests() - sent).to.equal(1);
  });

  it("goes on when the leading Alpha, or a Zero, dies before an update", async () => {
    const leader = await cluster.leader();
    if (leader !== cluster.alpha) await leader.kill();
    else await cluster.zeros[0]?.kill();
    const wider = schema.replace("nick: String", "nick: String born: DateTime");
    stack.program(withSchema(wider, backup('triggers: ["after the leader"]')));
    await succeeds(stack.up());
    for (const node of cluster.nodes) if (!node.isRunning) node.start();
    await cluster.start();
    expect(await Promise.all(cluster.alphas.map(({ client }) => client.schema()))).to.deep.equal([wider, wider, wider]);
    expect(await settled()).to.deep.equal(everywhere(nodes));
  });

  /** How many restores the Alphas were asked for. */
  function requests(): number {
    return cluster.alphas.reduce((sum, { log }) => sum + log.split("Got restore request").length - 1, 0);
  }

  /** An Alpha that the settings do not name. */
  async function another(): Promise<Cluster["alpha"]> {
    const leader = await cluster.leader();
    const [first, second] = cluster.alphas.slice(1);
    const chosen = leader === first ? second : first;
    if (chosen === undefined) throw new Error("the cluster has no other Alpha");
    return chosen;
  }

  /** How many Alphas the cluster reports as down. */
  async function unhealthy(): Promise<number> {
    const { health } = await cluster.alpha.client.admin<{ health: readonly { status: string }[] }>(
      "{ health { status } }",
    );
    return health.filter(({ status }) => status !== "healthy").length;
  }

  /** The counts once each Alpha answers: each ends a restore in its own time, and refuses queries until then. */
  async function settled(): Promise<number[]> {
    await waitUntil(async () => (await Promise.allSettled([counts()]))[0].status === "fulfilled", {
      tries: 300,
      everyMs: 100,
    });
    return counts();
  }
});
