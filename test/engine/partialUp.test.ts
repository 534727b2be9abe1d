import { expect } from "chai";
import { Stack } from "../harness/engineStack";

/** A failing backend with dependents, and dependents of a good backend that are declared after the failure. */
function program(source: string, { renamed = "" } = {}): string {
  return `
    const backend = (name, more = {}) =>
      new dgraphcloud.Backend(name, { name, zone: "us-east-1", deploymentType: "dedicated", ...more });
    const bad = backend("bad", { name: "bad${renamed}" });
    const good = backend("good");
    backend("after-bad", { name: pulumi.interpolate\`after-\${bad.name}\`, zone: bad.zone });
    new dgraphcloud.Restore("into-bad", { target: bad, source: "${source}", notAfter: exports.until, timeouts: { create: bad.url.apply(() => "1h") } });
    new dgraphcloud.DataDrop("from-bad", { backend: bad, types: [bad.url.apply(() => "Author")], allowUnknownNames: true, confirm: bad.name, triggers: { at: bad.url } });
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

  /** Runs an up in which one operation on the backend "bad" fails. */
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

  it("skips dependents of a failed create, creates the rest, and creates the dependents in the next up", async () => {
    stack.program(program(source));
    await upWithFailure("createDeployment");
    expect(names()).to.deep.equal(["after-good", "good", "production"]);

    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(names()).to.deep.equal(["after-bad", "after-good", "bad", "good", "production"]);
    expect([stack.local.journal.acted("restore"), stack.local.journal.acted("dropData")]).to.deep.equal([1, 1]);
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
  });

  it("neither repeats, replaces nor refuses dependents of a failed update", async () => {
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

  it("deletes and repeats nothing under deleteBeforeReplace when a value is missing only after the failure", async () => {
    const dependent = (renamed: string, derive: (value: string) => string, mode = ""): string => `
      const asked = { zone: "us-east-1", deploymentType: "dedicated" };
      const bad = new dgraphcloud.Backend("bad", { name: "bad${renamed}", ...asked });
      const kept = new dgraphcloud.Backend("kept", { name: "kept", ...asked, lambdaScript: ${derive("x")}${mode} },
        { replaceOnChanges: ["lambdaScript"], deleteBeforeReplace: true });
      new dgraphcloud.DataDrop("drop", { backend: "${source}", types: ["A", ${derive("B")}], allowUnknownNames: true }, { deleteBeforeReplace: true });`;
    stack.program(dependent("", (value) => `"${value}"`));
    expect((await stack.up()).code).to.equal(0);
    stack.program(dependent("-2", (value) => `bad.url.apply(() => "${value}")`, ', deploymentMode: "flexible"'));
    await upWithFailure("updateDeployment");
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    const { journal } = stack.local;
    expect([journal.acted("dropData"), journal.acted("deleteDeployment")], up.output).to.deep.equal([1, 0]);
  });

  it("shows no missing value where ignoreChanges keeps the old one", async () => {
    const asked = 'zone: "us-east-1", deploymentType: "dedicated"';
    const kept = (name: string, zone: string): string =>
      `new dgraphcloud.Backend("kept", { name: "${name}", ${asked}, zone: ${zone} }, { ignoreChanges: ["zone"] });`;
    stack.program(kept("kept", '"us-east-1"'));
    expect((await stack.up()).code).to.equal(0);
    stack.program(
      `const fresh = new dgraphcloud.Backend("fresh", { name: "fresh", ${asked} });${kept("kept-2", "fresh.url")}`,
    );
    const preview = await stack.pulumi("preview", "--diff");
    expect(preview.code, preview.output).to.equal(0);
    expect(preview.output).to.contain('~ name: "kept" => "kept-2"').and.not.to.contain("__unknown");
  });
});
