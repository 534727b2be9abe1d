import { expect } from "chai";
import { Stack } from "./stack";

/** A backend that fails, what depends on it, and what depends on a good one and is declared after the failure. */
function program(source: string, { renamed = "" } = {}): string {
  return `
    const backend = (name, more = {}) =>
      new dgraphcloud.Backend(name, { name, zone: "us-east-1", deploymentType: "dedicated", ...more });
    const bad = backend("bad", { name: "bad${renamed}" });
    const good = backend("good");
    backend("after-bad", { name: pulumi.interpolate\`after-\${bad.name}\`, zone: bad.zone });
    new dgraphcloud.Restore("into-bad", { target: bad, source: "${source}", notAfter: exports.until, timeouts: { create: bad.id.apply(() => "1h") } });
    new dgraphcloud.DataDrop("from-bad", { backend: bad, types: [bad.id.apply(() => "Author")], confirm: bad.name, triggers: { at: bad.url } });
    backend("after-good", { name: good.url.apply(() => "after-good") });`;
}

describe("engine: a failure and --continue-on-error", function () {
  this.timeout(240_000);
  let stack: Stack;
  let source: string;

  beforeEach(async () => {
    stack = await Stack.start({ provisioningMs: 1_500, restoreMs: 100 });
    const asked = { name: "production", zone: "us-east-1", deploymentType: "dedicated" };
    ({ uid: source } = await stack.local.cloud.createDeployment(stack.local.accounts[0]!, asked));
    await stack.local.cloud.get(source).takeBackup();
  });
  afterEach(() => stack.close());

  const names = (): string[] =>
    stack.local.cloud
      .all()
      .map(({ name }) => name)
      .sort();

  /** Fails one operation on the backend "bad", and carries out all that does not depend on it. */
  async function upWithFailure(operation: string): Promise<string> {
    const refused = { kind: "errors", messages: ["the zone is full"], acted: false } as const;
    stack.local.faults.add({ operation, name: "bad", fault: refused });
    const up = await stack.up("--continue-on-error");
    stack.local.faults.clear();
    expect(up.code, up.output).not.to.equal(0);
    expect(up.output).to.contain("the zone is full");
    const diagnostics = up.output.slice(up.output.indexOf("Diagnostics:"));
    expect(diagnostics.match(/DGC\d+(?=:)/g), diagnostics).to.deep.equal(["DGC205"]);
    return up.output;
  }

  it("leaves out what depends on a failed create, makes the rest, and makes up for it with the next up", async () => {
    stack.program(program(source));
    await upWithFailure("createDeployment");
    expect(names()).to.deep.equal(["after-good", "good", "production"]);

    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(names()).to.deep.equal(["after-bad", "after-good", "bad", "good", "production"]);
    expect([stack.local.journal.acted("restore"), stack.local.journal.acted("dropData")]).to.deep.equal([1, 1]);
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
  });

  it("runs nothing again, replaces nothing and refuses nothing that depends on a failed update", async () => {
    stack.program(`exports.until = "2999-01-01T00:00:00Z";${program(source)}`);
    const first = await stack.up();
    expect(first.code, first.output).to.equal(0);
    const before = await stack.state();
    stack.local.journal.clear();
    stack.program(`exports.until = "2001-01-01T00:00:00Z";${program(source, { renamed: "-2" })}`);
    await upWithFailure("updateDeployment");
    const mutations = stack.local.journal.entries.filter(({ acted }) => acted).map(({ operation }) => operation);
    expect(mutations.filter((name) => /^(create|update|delete|restore$|drop)/.test(name))).to.deep.equal([]);
    const idsOf = (state: typeof before): string[] => state.resources.map(({ urn, id }) => `${urn} ${id ?? ""}`).sort();
    expect(idsOf(await stack.state())).to.deep.equal(idsOf(before));
  });
});
