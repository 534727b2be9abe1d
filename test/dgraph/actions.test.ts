import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Run, Stack } from "../harness/engineStack";
import { dgraphOptions, engineOf, nodesOf } from "./cloud";
import { killTree } from "../harness/processes";

const schema = `
  type Person { id: ID! name: String! @search(by: [hash]) city: String }
  type Order { id: ID! item: String! @search(by: [term]) amount: Int }
`;
const people = 6_000;
const orders = 4_000;

const backends = `
  const args = { zone: "us-east-1", deploymentType: "dedicated" };
  const production = new dgraphcloud.Backend("production", args);
  const staging = new dgraphcloud.Backend("staging", args);
  exports.production = production.uid; exports.staging = staging.uid;
`;

describe("the real engine and a real Dgraph", function () {
  this.timeout(600_000);
  let stack: Stack;
  let production: string;
  let staging: string;

  const backend = (uid: string) => stack.local.cloud.get(uid);
  const nodes = async (uid: string): Promise<[number, number]> => [
    await nodesOf(stack.local, uid, "Person"),
    await nodesOf(stack.local, uid, "Order"),
  ];
  const run = (statements: string): Promise<Run> => {
    stack.program(`${backends}\n${statements}`);
    return stack.up();
  };
  const up = async (statements: string): Promise<Run> => {
    const done = await run(statements);
    expect(done.code, done.output).to.equal(0);
    return done;
  };
  const fails = async (statements: string): Promise<Run> => {
    const done = await run(statements);
    expect(done.code, done.output).not.to.equal(0);
    return done;
  };
  const restore = (more = ""): string =>
    `const copy = new dgraphcloud.Restore("copy", { target: staging, source: production, timeouts: { create: "4m" }, ${more} });
     exports.status = copy.status;`;
  const drop = (kind: string): string =>
    `new dgraphcloud.DataDrop("wipe", { backend: staging, ${kind}, confirm: staging.name });`;

  async function fill(uid: string): Promise<void> {
    const { engine } = backend(uid);
    await engine.setSchema(schema);
    const added = async (type: string, input: readonly object[]): Promise<void> => {
      const query = `mutation($input: [Add${type}Input!]!) { add${type}(input: $input) { numUids } }`;
      const { errors } = await engine.graphql({ query, variables: { input } });
      expect(errors).to.equal(undefined);
    };
    await added(
      "Person",
      Array.from({ length: people }, (_, index) => ({ name: `p${index}`, city: "Here" })),
    );
    await added(
      "Order",
      Array.from({ length: orders }, (_, index) => ({ item: `o${index}`, amount: index })),
    );
  }

  before(async () => {
    stack = await Stack.start(await dgraphOptions());
    await up("");
    production = await stack.output("production");
    staging = await stack.output("staging");
    await fill(production);
    expect(await nodes(production)).to.deep.equal([people, orders]);
    await backend(production).takeBackup();
  });
  after(() => stack.close());

  it("restore exactly the backup, and drop exactly what is named", async () => {
    await up(restore());
    expect(await nodes(staging)).to.deep.equal([people, orders]);
    expect(await engineOf(stack.local, staging).schema()).to.equal(schema);

    await up(restore() + drop('types: ["Person"]'));
    expect(await nodes(staging)).to.deep.equal([0, orders]);

    await up(restore() + drop('fields: ["Order.amount"]'));
    expect(await nodes(staging)).to.deep.equal([0, orders]);
    const { data } = await backend(staging).engine.graphql({ query: "{ queryOrder(first: 2) { item amount } }" });
    const left = (data as { queryOrder: { item: string; amount: number | null }[] }).queryOrder;
    expect(left.map(({ amount }) => amount)).to.deep.equal([null, null]);
    expect(left[0]?.item).to.match(/^o\d/);

    await up(restore() + drop("allData: true"));
    expect(await nodes(staging)).to.deep.equal([0, 0]);
    expect(await engineOf(stack.local, staging).schema()).to.equal(schema);

    await up(restore() + drop("allDataAndSchema: true"));
    expect(await engineOf(stack.local, staging).schema()).to.equal("");
    expect(await nodes(production), "the source is unchanged").to.deep.equal([people, orders]);
  });

  it("restore an incremental backup by its number, without later changes", async () => {
    const add = (item: string): Promise<unknown> =>
      backend(production).engine.graphql({ query: `mutation { addOrder(input: [{ item: "${item}" }]) { numUids } }` });
    await add("second");
    const second = await backend(production).takeBackup();
    await add("third");
    const third = await backend(production).takeBackup();
    expect([second, third].map(({ type, backupNum }) => [type, backupNum])).to.deep.equal([
      ["incremental", 2],
      ["incremental", 3],
    ]);
    await up(restore(`backupFolder: "${second.folder}", backupNum: 2`));
    expect(await nodes(staging)).to.deep.equal([people, orders + 1]);
    await up(restore(`backupFolder: "${second.folder}", backupNum: 3`));
    expect(await nodes(staging)).to.deep.equal([people, orders + 2]);
  });

  it("end a restore with ERR and Dgraph's message when its folder was removed after it was listed", async () => {
    const { folder } = await backend(production).takeBackup({ full: true });
    stack.local.journal.clear();
    const held = stack.local.faults.add({ operation: "restore", fault: { kind: "pause", acted: false } });
    stack.program(backends + restore(`backupFolder: "${folder}", backupNum: 1, triggers: ["removed"]`));
    const { ended } = stack.begin("up", "--yes", "--skip-preview");
    await stack.local.journal.waitFor(({ operation, fault }) => operation === "restore" && fault === "pause", 60_000);
    rmSync(join(engineOf(stack.local, production).backupsFolder, folder), { recursive: true });
    held.release();
    const failed = await ended;
    expect(failed.code).not.to.equal(0);
    expect(failed.output)
      .to.contain("ERR")
      .and.to.match(/doesn't exist/)
      .and.to.contain("trigger");
    const count = stack.local.journal.count("restore");
    await fails(restore(`backupFolder: "${folder}", backupNum: 1, triggers: ["removed"]`));
    expect(stack.local.journal.count("restore"), "not sent again").to.equal(count);
  });

  it("keep waiting when Alpha is killed during a restore, which Dgraph then repeats", async () => {
    const log = join(engineOf(stack.local, staging).backupsFolder, "..", "logs", "alpha.log");
    const begun = (): number => readFileSync(log, "utf8").split("Got restore proposal").length;
    const before = begun();
    stack.program(backends + restore('triggers: ["killed"]'));
    const { ended } = stack.begin("up", "--yes", "--skip-preview");
    while (begun() === before) await new Promise((later) => setTimeout(later, 10));
    process.kill(engineOf(stack.local, staging).alphaPid, "SIGKILL");
    const done = await ended;
    expect(done.code, done.output).to.equal(0);
    expect(await nodes(staging)).to.deep.equal([people, orders + 2]);
  });

  it("continue to wait, without sending again, after the engine and the provider were killed during a restore", async () => {
    stack.program(backends + restore('triggers: ["wait on"]'));
    stack.local.journal.clear();
    const { journal } = stack.local;
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
    const { sequence } = await journal.waitFor(({ operation, acted }) => operation === "restore" && acted, 60_000);
    await journal.waitFor((entry) => entry.operation === "restoreStatus" && entry.sequence > sequence, 60_000);
    killTree(child, "SIGKILL");
    await ended;
    await stack.pulumi("cancel", "--yes");
    await up(restore('triggers: ["wait on"]'));
    expect(stack.local.journal.count("restore")).to.equal(1);
    expect(await nodes(staging)).to.deep.equal([people, orders + 2]);
  });
});
