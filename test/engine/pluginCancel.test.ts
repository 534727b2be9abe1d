import { expect } from "chai";
import type { JournalEntry } from "dgraphcloud-local";
import { fails, type Run, Stack, succeeds } from "../harness/engineStack";

const unavailable = { kind: "status", status: 503, acted: false } as const;
const asked = 'zone: "us-east-1", deploymentType: "dedicated"';

describe("engine: Ctrl-C on the plugin", function () {
  this.timeout(180_000);
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start({ provisioningMs: 0, restoreMs: 100 });
    stack.use("plugin");
  });
  afterEach(() => stack.close());

  const orders = (options = "{}", name = "orders"): string =>
    `const orders = new dgraphcloud.Backend("orders", { name: "${name}", ${asked}, deploymentMode: "flexible" }, ${options});`;
  const uids = (): string[] => stack.local.cloud.all().map(({ uid }) => uid);

  /** Sends one SIGINT to the engine when a request has come. Every limit of these programs is 10 minutes or more. */
  async function cancelAt(holds: (entry: JournalEntry) => boolean): Promise<Run> {
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
    await stack.local.journal.waitFor(holds, 60_000);
    const began = Date.now();
    child.kill("SIGINT");
    const run = await ended;
    expect(run.code, run.output).not.to.equal(0);
    expect(Date.now() - began, "milliseconds until the run has ended").to.be.below(30_000);
    return run;
  }

  /** The next up finishes what the cancelled one began, and leaves nothing to do. */
  async function goesOn(): Promise<void> {
    await succeeds(stack.up());
    stack.local.journal.clear();
    await succeeds(stack.up("--expect-no-changes"));
    expect(stack.local.journal.count(), "requests of an up with nothing to do").to.equal(0);
    const { resources } = await stack.state();
    expect(resources.flatMap(({ initErrors = [] }) => initErrors)).to.deep.equal([]);
  }

  it("ends the wait for a new backend, keeps the backend, and the next up goes on with it", async () => {
    const unready = stack.local.faults.add({ operation: "ready", calls: "every", fault: unavailable });
    stack.program(orders());
    const { output } = await cancelAt(({ operation }) => operation === "ready");
    const [uid = ""] = uids();
    expect(output).to.contain(`Backend "orders" (${uid}) exists but is not ready`);
    expect(output).to.contain("DGC212").and.to.contain("Run pulumi up again: it goes on.");
    const [entry] = await stack.backends();
    expect(entry?.id).to.equal(uid);
    expect(entry?.initErrors?.[0]).to.contain("the run was cancelled");
    unready.remove();
    await goesOn();
    expect(uids()).to.deep.equal([uid]);
  });

  it("awaits the answer of a create that was sent, and the next up makes no second backend", async () => {
    stack.local.faults.add({ operation: "createDeployment", fault: { kind: "slow", ms: 3_000 } });
    stack.program(orders());
    await cancelAt(({ operation }) => operation === "createDeployment");
    const [uid = ""] = uids();
    expect((await stack.backends()).map(({ id }) => id)).to.deep.equal([uid]);
    await goesOn();
    expect(uids()).to.deep.equal([uid]);
    expect((await stack.backends()).map(({ id }) => id)).to.deep.equal([uid]);
  });

  it("says what may exist when the answer of a create was lost, and the next up makes no second backend", async () => {
    stack.local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted: true } });
    const lag = stack.local.faults.add({
      operation: "deployments",
      calls: "every",
      fault: { kind: "lag", ms: 900_000 },
    });
    stack.program(orders());
    const { journal } = stack.local;
    const sent = (): number =>
      journal.entries.find(({ operation }) => operation === "createDeployment")?.sequence ?? Infinity;
    const { output } = await cancelAt(({ operation, sequence }) => operation === "deployments" && sequence > sent());
    expect(output).to.contain("DGC312").and.to.contain('a backend "orders" may or may not exist');
    lag.remove();
    const [uid = ""] = uids();
    expect(await fails(stack.up())).to.contain(`adoptUid: "${uid}"`);
    expect(uids()).to.deep.equal([uid]);
  });

  it("ends the wait for a schema, and the next up goes on with it", async () => {
    stack.program(orders());
    await succeeds(stack.up());
    // The schema that was sent is not live for a long time.
    const lag = stack.local.faults.add({
      operation: "getGQLSchema",
      calls: "every",
      fault: { kind: "lag", ms: 900_000 },
    });
    stack.program(
      `${orders()} new dgraphcloud.GraphqlSchema("api", { backend: orders, schema: "type Author { name: String }" });`,
    );
    const { journal } = stack.local;
    const { output } = await cancelAt(
      ({ operation }) => operation === "getGQLSchema" && journal.acted("updateGQLSchema") > 0,
    );
    expect(output).to.contain("DGC212");
    const { resources } = await stack.state();
    expect(resources.find(({ type }) => type.endsWith("GraphqlSchema"))?.id).to.equal(uids()[0]);
    lag.remove();
    await goesOn();
    expect(await stack.local.cloud.get(uids()[0] ?? "").engine.schema()).to.contain("type Author");
  });

  it("ends the wait for a restore, which runs once in all", async () => {
    const { cloud, accounts, journal } = stack.local;
    const input = { name: "production", zone: "us-east-1", deploymentType: "dedicated" };
    const { uid: source } = await cloud.createDeployment(accounts[0]!, input);
    await cloud.get(source).takeBackup();
    stack.program(orders());
    await succeeds(stack.up());
    const target = cloud.get(uids().find((uid) => uid !== source) ?? "");
    target.setRestoreOutcome({ status: "IN_PROGRESS" });
    stack.program(`${orders()} new dgraphcloud.Restore("copy", { target: orders, source: "${source}" });`);
    const sent = (): number => journal.entries.find(({ operation }) => operation === "restore")?.sequence ?? Infinity;
    const { output } = await cancelAt(({ operation, sequence }) => operation === "restoreStatus" && sequence > sent());
    expect(output).to.contain("DGC212");
    target.setRestoreOutcome({ status: "OK" });
    const acted = journal.acted("restore");
    await succeeds(stack.up());
    expect([acted, journal.acted("restore")]).to.deep.equal([1, 1]);
    await goesOn();
  });
});

describe("engine: customTimeouts on the plugin", function () {
  this.timeout(180_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.start({ provisioningMs: 0 });
    stack.use("plugin");
  });
  after(() => stack.close());

  /** The input timeouts asks for more, and loses. */
  function program(name: string): void {
    const timeouts = 'timeouts: { create: "1h", update: "1h", delete: "1h" }';
    const customTimeouts = '{ create: "2s", update: "3s", delete: "4s", read: "5s" }';
    stack.program(
      `new dgraphcloud.Backend("orders", { name: "${name}", ${asked}, ${timeouts} }, { customTimeouts: ${customTimeouts} });`,
    );
  }

  async function failsWhile(operation: string, work: () => Promise<Run>): Promise<string> {
    const fault = stack.local.faults.add({ operation, calls: "every", fault: unavailable });
    const output = await fails(work());
    fault.remove();
    return output;
  }

  it("limit the create, the update, the delete and the read, and the messages name them", async () => {
    program("orders");
    expect(await failsWhile("ready", () => stack.up())).to.contain("the limit of customTimeouts.create (2s)");
    await succeeds(stack.up());
    program("renamed");
    expect(await failsWhile("ready", () => stack.up())).to.contain("the limit of customTimeouts.update (3s)");
    await succeeds(stack.up());
    expect(await failsWhile("deployments", () => stack.refresh())).to.contain("customTimeouts.read (5s)");
    stack.program("");
    expect(await failsWhile("deleteDeployment", () => stack.destroy())).to.contain("customTimeouts.delete (4s)");
    await succeeds(stack.destroy());
    expect(stack.local.cloud.all()).to.deep.equal([]);
  });
});
