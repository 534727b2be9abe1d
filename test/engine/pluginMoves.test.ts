import { expect } from "chai";
import { fails, Stack, succeeds } from "../harness/engineStack";
import { hostsOf, makeSource, objects } from "../harness/moves";
import type { HostName } from "../harness/testedHost";

const asked = 'zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible"';
const other: Readonly<Record<HostName, HostName>> = { dynamic: "plugin", plugin: "dynamic" };

describe("engine: a small stack that moves to the other host", function () {
  this.timeout(240_000);
  let stack: Stack;
  let source: string;

  beforeEach(async () => {
    stack = await Stack.start({ provisioningMs: 0, restoreMs: 100 });
    source = await makeSource(stack);
  });
  afterEach(() => stack.close());

  function use(host: HostName, create = "60s"): void {
    stack.use(host);
    stack.program(`
      const target = new dgraphcloud.Backend("target", { name: "target", ${asked} });
      new dgraphcloud.Restore("copy", { target, source: "${source}", timeouts: { create: "${create}" } });`);
  }
  const target = (): string => stack.local.cloud.all().find(({ name }) => name === "target")?.uid ?? "";

  for (const from of ["dynamic", "plugin"] as const) {
    it(`from ${from} is refreshed and destroyed without its program right after the move`, async () => {
      use(from);
      await succeeds(stack.up());
      use(other[from]);
      await succeeds(stack.up());
      stack.program("throw new Error('the program is not needed');");
      const before = await objects(stack);
      await succeeds(stack.refresh());
      expect(await objects(stack)).to.deep.equal(before);
      await succeeds(stack.destroy());
      expect(stack.local.cloud.all().map(({ uid }) => uid)).to.deep.equal([source]);
      expect(stack.local.journal.acted("restore")).to.equal(1);
    });

    it(`from ${from} neither repeats nor forgets a restore that failed`, async () => {
      use(from);
      // The target is there only when the restore begins.
      stack.local.faults.add({ operation: "restore", fault: { kind: "slow", ms: 0 } }, () => {
        stack.local.cloud.get(target()).setRestoreOutcome({ status: "ERR", errors: ["the disk is full"] });
      });
      expect(await fails(stack.up())).to.contain("the disk is full");
      use(other[from]);
      expect(await fails(stack.up())).to.contain("the disk is full");
      expect(await fails(stack.up())).to.contain("the disk is full");
      expect(stack.local.journal.acted("restore")).to.equal(1);
    });

    it(`from ${from} waits for a restore that has not ended`, async () => {
      use(from, "3s");
      stack.local.faults.add({ operation: "restore", fault: { kind: "slow", ms: 0 } }, () => {
        stack.local.cloud.get(target()).setRestoreOutcome({ status: "IN_PROGRESS" });
      });
      expect(await fails(stack.up())).to.contain("timeouts.create (3s)");
      use(other[from], "3s");
      stack.local.cloud.get(target()).setRestoreOutcome({ status: "OK" });
      await succeeds(stack.up());
      stack.local.journal.clear();
      await succeeds(stack.up("--expect-no-changes"));
      expect(stack.local.journal.count()).to.equal(0);
      const { resources } = await stack.state();
      expect(resources.flatMap(({ initErrors = [] }) => initErrors)).to.deep.equal([]);
      expect(await hostsOf(stack)).to.deep.equal([other[from]]);
    });
  }
});
