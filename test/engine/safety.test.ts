import { expect } from "chai";
import { waitUntil } from "../harness/clocks";
import { Stack } from "../harness/engineStack";
import { descendants, isAlive, kill, killTree, providerCommand } from "../harness/processes";

const orders = (more = "", options = "{}"): string =>
  `const orders = new dgraphcloud.Backend("orders", { name: "orders", zone: "us-east-1", deploymentType: "dedicated", ${more} }, ${options});
   exports.uid = orders.uid;`;

describe("engine: a create or replace that is disturbed", function () {
  this.timeout(240_000);
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start();
  });
  afterEach(() => stack.close());

  const uids = (): string[] => stack.local.cloud.all().map(({ uid }) => uid);
  const uidsInState = async (): Promise<(string | undefined)[]> => (await stack.backends()).map(({ id }) => id);

  /** Starts an up, waits until createDeployment has acted without an answer, and kills the CLI and all its descendants. */
  async function killInCreate(): Promise<void> {
    const held = stack.local.faults.add({ operation: "createDeployment", fault: { kind: "pause", acted: true } });
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
    await stack.local.journal.waitFor(({ operation, acted }) => operation === "createDeployment" && acted, 60_000);
    killTree(child, "SIGKILL");
    await ended;
    held.remove();
    await stack.pulumi("cancel", "--yes");
  }

  it("finds the backend after the connection of its create broke", async () => {
    stack.local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted: true } });
    stack.program(orders());
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(uids()).to.have.length(1);
    expect(await uidsInState()).to.deep.equal(uids());
    expect(stack.local.journal.count("createDeployment")).to.equal(1);
  });

  it("refuses a second backend after a kill during the create, names uid and adoptUid, and adopts with that line", async () => {
    stack.program(orders());
    await killInCreate();
    const [uid] = uids();
    expect(uid).to.be.a("string");

    const refused = await stack.up();
    expect(refused.code).not.to.equal(0);
    expect(refused.output)
      .to.contain(`adoptUid: "${uid ?? ""}"`)
      .and.to.contain("adoptExisting: true");
    expect(uids()).to.deep.equal([uid]);

    stack.program(orders(`adoptUid: "${uid ?? ""}"`));
    const adopted = await stack.up();
    expect(adopted.code, adopted.output).to.equal(0);
    expect(await uidsInState()).to.deep.equal([uid]);

    stack.program(orders());
    expect((await stack.up("--expect-no-changes")).code, "adoptUid can be removed again").to.equal(0);
    expect(stack.local.journal.count("createDeployment")).to.equal(1);
  });

  it("continues with adoptExisting after a kill during the create", async () => {
    stack.program(orders("adoptExisting: true"));
    await killInCreate();
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(await uidsInState()).to.deep.equal(uids());
    expect(stack.local.journal.count("createDeployment")).to.equal(1);
  });

  it("adopts without a rename when no name is given, also after adoptUid is removed", async () => {
    const [account] = stack.local.accounts;
    const made = await stack.local.cloud.createDeployment(account!, {
      name: "made-by-hand",
      zone: "us-east-1",
      deploymentType: "dedicated",
    });
    const nameless = (more: string): string => orders(more).replace('name: "orders", ', "");
    stack.program(nameless(`adoptUid: "${made.uid}"`));
    expect((await stack.up()).code).to.equal(0);
    stack.program(nameless(""));
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
    expect(stack.local.cloud.all().map(({ name }) => name)).to.deep.equal(["made-by-hand"]);
  });

  it("refuses to adopt a backend that cannot match the inputs", async () => {
    const [account] = stack.local.accounts;
    const made = await stack.local.cloud.createDeployment(account!, {
      name: "x",
      zone: "eu-west-1",
      deploymentType: "free",
    });
    stack.program(orders(`adoptUid: "${made.uid}"`));
    const up = await stack.up();
    expect(up.code).not.to.equal(0);
    expect(up.output).to.contain('zone is "eu-west-1", not "us-east-1"').and.to.contain("deploymentType");
    expect(uids()).to.deep.equal([made.uid]);
  });

  it("replaces a backend for a new size under the same name, which the old one does not block", async () => {
    stack.program(orders('size: "small"'));
    await stack.up();
    const [before] = uids();
    stack.program(orders('size: "large"'));
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(uids()).to.have.length(1).and.not.to.include(before);
    expect(stack.local.cloud.all()[0]?.size).to.equal("large");
  });

  it("refuses a forced replace that would duplicate the live backend, and allows it with deleteBeforeReplace", async () => {
    stack.program(orders());
    await stack.up();
    const before = uids();
    const urn = (await stack.backends())[0]?.urn ?? "";
    const refused = await stack.up("--replace", urn);
    expect(refused.code).not.to.equal(0);
    expect(refused.output).to.contain("deleteBeforeReplace");
    expect(uids(), "the live backend is untouched").to.deep.equal(before);
    expect(await uidsInState()).to.deep.equal(before);

    stack.program(orders("", "{ deleteBeforeReplace: true }"));
    const replaced = await stack.up("--replace", urn);
    expect(replaced.code, replaced.output).to.equal(0);
    expect(uids()).to.have.length(1).and.not.to.include(before[0]);
  });

  it("never deletes a live backend that a forced replace adopted with adoptExisting", async () => {
    stack.program(orders("adoptExisting: true"));
    await stack.up();
    const before = uids();
    const up = await stack.up("--replace", (await stack.backends())[0]?.urn ?? "");
    expect(up.code, up.output).to.equal(0);
    expect(uids()).to.deep.equal(before);
    expect(await uidsInState()).to.deep.equal(before);
    expect(stack.local.journal.count("deleteDeployment")).to.equal(0);
  });

  it("keeps a backend that does not become ready in the state, names timeouts.create, and finishes it in the next up", async () => {
    const fault = stack.local.faults.add({
      operation: "ready",
      calls: "every",
      fault: { kind: "status", status: 503, acted: false },
    });
    stack.program(orders('timeouts: { create: "2s" }'));
    const late = await stack.up();
    expect(late.code).not.to.equal(0);
    expect(late.output)
      .to.contain("timeouts.create (2s)")
      .and.to.contain("HTTP 503")
      .and.to.contain('Backend "orders"');
    expect(await uidsInState()).to.deep.equal(uids());

    const refresh = await stack.refresh();
    expect(refresh.code, refresh.output).to.equal(0);
    expect((await stack.preview()).output, "a refresh does not make it look finished").to.contain("~ 1 to update");
    fault.remove();
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
    expect(stack.local.journal.count("createDeployment")).to.equal(1);
  });

  for (const [signal, how] of [
    ["SIGKILL", "is killed"],
    ["SIGHUP", "loses its terminal"],
  ] as const)
    it(`ends the provider process when the engine ${how} during a wait, and the next up continues the wait`, async () => {
      const fault = stack.local.faults.add({
        operation: "ready",
        calls: "every",
        fault: { kind: "status", status: 503, acted: false },
      });
      stack.program(orders());
      const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
      await stack.local.journal.waitFor(({ operation }) => operation === "ready", 60_000);
      const host = descendants(child.pid ?? 0).filter(({ command }) => providerCommand.test(command));
      expect(host).not.to.have.length(0);
      child.kill(signal);
      const alive = (): boolean => host.some(({ pid }) => isAlive(pid));
      await waitUntil(() => !alive(), { tries: 50, everyMs: 100 });
      const left = alive();
      for (const { pid } of host) kill(pid, "SIGKILL");
      await ended;
      expect(left, "the provider process is gone").to.equal(false);

      fault.remove();
      await stack.pulumi("cancel", "--yes");
      const [uid] = uids();
      stack.program(orders(`adoptUid: "${uid ?? ""}"`));
      const up = await stack.up();
      expect(up.code, up.output).to.equal(0);
      expect(await uidsInState()).to.deep.equal([uid]);
      expect(uids()).to.deep.equal([uid]);
    });

  it("refuses a previewed replace and a destroy while deletionProtection is on, and allows both after it is off", async () => {
    stack.program(orders("deletionProtection: true"));
    await stack.up();
    stack.program(orders("deletionProtection: true").replace("us-east-1", "eu-west-1"));
    const replace = await stack.preview();
    expect(replace.code).not.to.equal(0);
    expect(replace.output).to.contain("zone").and.to.contain("Set deletionProtection: false");
    const destroy = await stack.destroy();
    expect(destroy.code).not.to.equal(0);
    expect(destroy.output).to.contain("because it is protected. To unprotect the resource");
    expect(uids()).to.have.length(1);

    const unprotected = await stack.pulumi("state", "unprotect", "--all", "--yes");
    expect(unprotected.code, unprotected.output).to.equal(0);
    const own = await stack.destroy();
    expect(own.code, "the provider refuses as well").not.to.equal(0);
    expect(own.output).to.contain("Set deletionProtection: false in the program and run pulumi up");
    expect(uids()).to.have.length(1);

    stack.program(orders("deletionProtection: false"));
    const off = await stack.up();
    expect(off.code, off.output).to.equal(0);
    stack.program(orders("deletionProtection: false").replace("us-east-1", "eu-west-1"));
    const replaced = await stack.up();
    expect(replaced.code, replaced.output).to.equal(0);
    const destroyed = await stack.destroy();
    expect(destroyed.code, destroyed.output).to.equal(0);
    expect(uids()).to.deep.equal([]);
  });
});
