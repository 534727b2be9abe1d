import { expect } from "chai";
import { Stack, succeeds } from "../harness/engineStack";
import { hostsOf, makeSource, objects } from "../harness/moves";
import type { HostName } from "../harness/testedHost";

const asked = 'zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible"';

describe("engine: a stack of ten backends that moves to the plugin and back", function () {
  this.timeout(300_000);
  let stack: Stack;
  let source: string;

  before(async () => {
    stack = await Stack.start({ provisioningMs: 0, restoreMs: 100 });
    source = await makeSource(stack);
  });
  after(() => stack.close());

  /** Also protected backends, an explicit Provider, children of a backend, and both components. */
  function use(host: HostName, { first = "shop-0", guarded = true } = {}): void {
    const [account] = stack.local.accounts;
    stack.use(host);
    stack.program(`
      const own = new dgraphcloud.Provider("own", { email: "${account?.email ?? ""}", password: "${account?.password ?? ""}" });
      const backend = (name, more = {}, options = {}) => new dgraphcloud.Backend(name, { name, ${asked}, ...more }, options);
      const shops = Array.from({ length: 6 }, (_, i) => backend("shop-" + i, i === 0 ? { name: "${first}" } : {}));
      const guarded = backend("guarded", { deletionProtection: ${guarded} });
      const kept = backend("kept", {}, { protect: ${guarded} });
      const parent = backend("parent", {}, { provider: own });
      backend("child", {}, { parent });
      const copy = new dgraphcloud.Restore("copy", { target: guarded, source: "${source}", triggers: { asked: "1" } });
      new dgraphcloud.DataDrop("wipe", { backend: kept, allData: true, triggers: { copied: copy.startedAt } });
      new dgraphcloud.GraphqlSchema("api", { backend: parent, schema: "type Author { name: String }" }, { parent });
      const review = new dgraphcloud.Environment("review", { ${asked}, schema: "type Task { title: String }", seed: { source: "${source}" } });
      exports.token = review.jwtToken;`);
  }

  it("is made on the dynamic host", async () => {
    use("dynamic");
    await succeeds(stack.up());
    const { journal, cloud } = stack.local;
    expect(cloud.all()).to.have.length(12);
    expect([journal.acted("restore"), journal.acted("dropData")]).to.deep.equal([2, 1]);
    expect(await hostsOf(stack)).to.deep.equal(["dynamic"]);
  });

  const rounds = [
    { to: "plugin", renamed: "renamed-by-the-plugin" },
    { to: "dynamic", renamed: "renamed-by-the-dynamic-host" },
  ] as const;
  for (const [round, { to, renamed }] of rounds.entries()) {
    const first = rounds[round - 1]?.renamed ?? "shop-0";

    it(`moves to the ${to} host without a request, and keeps every id`, async () => {
      const before = await objects(stack);
      const token = await stack.output("token");
      use(to, { first });
      stack.local.journal.clear();
      const preview = await succeeds(stack.preview());
      // The explicit Provider is another resource on each host. It is no object of the service.
      expect(preview).to.match(/\+ 1 to create\s+- 1 to delete\s+2 changes\. 22 unchanged/);
      expect(preview).not.to.match(/first run|will erase|will replace/);
      const up = await succeeds(stack.up());
      expect(up).to.match(/\+ 1 created\s+- 1 deleted\s+2 changes\. 22 unchanged/);
      expect(stack.local.journal.count(), "requests of preview and up").to.equal(0);
      expect(await objects(stack)).to.deep.equal(before);
      expect(await hostsOf(stack)).to.deep.equal([to]);
      expect(await stack.output("token")).to.equal(token);
    });

    it(`is refreshed and unchanged on the ${to} host, and an update updates one backend`, async () => {
      await succeeds(stack.refresh());
      const { journal } = stack.local;
      journal.clear();
      await succeeds(stack.up("--expect-no-changes"));
      expect(journal.count(), "requests of an up with nothing to do").to.equal(0);
      use(to, { first: renamed });
      await succeeds(stack.up());
      const acted = journal.entries.filter(({ acted }) => acted).map(({ operation }) => operation);
      expect(acted.filter((name) => /^(create|update|delete|drop|restore$)/.test(name))).to.deep.equal([
        "updateDeployment",
      ]);
      expect(stack.local.cloud.all().map(({ name }) => name)).to.include(renamed);
    });
  }

  it("moves once more, and is then destroyed without the program: nothing is left", async () => {
    use("plugin", { first: rounds[1].renamed, guarded: false });
    await succeeds(stack.up());
    stack.program("throw new Error('the program is not needed');");
    await succeeds(stack.destroy());
    expect(stack.local.cloud.all().map(({ uid }) => uid)).to.deep.equal([source]);
  });
});
