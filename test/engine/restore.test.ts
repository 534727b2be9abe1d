import { expect } from "chai";
import { killTree, Stack } from "./stack";

interface Options {
  readonly trigger?: string;
  readonly more?: string;
  readonly extra?: string;
}

describe("engine: Restore and DataDrop", function () {
  this.timeout(300_000);
  let stack: Stack;

  const program = ({ trigger = "first", more = "", extra = "" }: Options = {}): void => {
    stack.program(`
      const production = new dgraphcloud.Backend("production", { zone: "us-east-1", deploymentType: "dedicated" });
      const staging = new dgraphcloud.Backend("staging", { zone: "us-east-1", deploymentType: "dedicated" });
      ${
        extra.includes("backendsOnly")
          ? ""
          : `const copy = new dgraphcloud.Restore("copy", { target: staging, source: production, triggers: { asked: "${trigger}" }, ${more} });
      exports.status = copy.status; exports.restoreId = copy.restoreId; exports.folder = copy.restoredFolder; exports.confirmed = copy.confirmed;`
      }
      ${extra}
    `);
  };

  const uidOf = (name: string): string =>
    stack.local.cloud.all().find((deployment) => deployment.name.startsWith(name))?.uid ?? "";
  const backend = (name: string) => stack.local.cloud.get(uidOf(name));
  const authors = (name: string): unknown[] => {
    backend(name).advance();
    return (backend(name).engine.content().records["Author"] ?? []).map((record) => record["name"]);
  };
  const acted = (): number => stack.local.journal.acted("restore");

  async function write(name: string, author: string): Promise<void> {
    backend(name).engine.setSchema("type Author { id: ID! name: String! }");
    await backend(name).engine.graphql({ query: `mutation { addAuthor(input: [{ name: "${author}" }]) { numUids } }` });
  }

  beforeEach(async () => {
    stack = await Stack.start({ restoreMs: 800 });
    program({ extra: "// backendsOnly" });
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    await write("production", "of-production");
    backend("production").takeBackup();
    await write("staging", "of-staging");
  });
  afterEach(() => {
    stack.close();
  });

  it("restores once, changes nothing on a second up, and again for a new trigger that the preview names", async () => {
    program();
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(authors("staging")).to.deep.equal(["of-production"]);
    expect(up.output).to.contain(`restore 1 of ${uidOf("staging")}`);
    expect(await stack.output("status")).to.equal("OK");
    expect(await stack.output("confirmed")).to.equal("true");
    expect(await stack.output("folder")).to.match(/^\d{4}-\d+$/);

    stack.local.journal.clear();
    const again = await stack.up("--expect-no-changes");
    expect(again.code, again.output).to.equal(0);
    expect(stack.local.journal.count()).to.equal(0);

    program({ trigger: "second" });
    const preview = await stack.preview();
    expect(preview.output)
      .to.contain("+-")
      .and.to.match(/triggers.*\n.*asked *: "first" => "second"/);
    expect(preview.output).to.match(/RestoreCompletion: \(replace\)/);
    expect(acted(), "a preview sends nothing").to.equal(0);
    const second = await stack.up();
    expect(second.code, second.output).to.equal(0);
    expect(acted()).to.equal(1);

    program({ trigger: "second", more: 'timeouts: { create: "30m" }, backupNum: 1' });
    const tidy = await stack.up();
    expect(tidy.code, tidy.output).to.equal(0);
    stack.local.cloud.rotateToken(uidOf("staging"));
    const refreshed = await stack.refresh();
    expect(refreshed.code, refreshed.output).to.equal(0);
    expect((await stack.up()).code).to.equal(0);
    expect(acted()).to.equal(1);
    const { text } = await stack.state();
    expect(text).not.to.contain(backend("staging").deployment.jwtToken);

    const destroy = await stack.destroy();
    expect(destroy.code, destroy.output).to.equal(0);
    expect(acted()).to.equal(1);
  });

  it("only waits on after a SIGKILL of everything in the wait", async () => {
    backend("staging").setRestoreOutcome({ status: "IN_PROGRESS" });
    program();
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
    const seen = (): number => stack.local.journal.entries.filter(({ operation }) => operation === "restore").length;
    await stack.local.journal.waitFor(({ operation }) => operation === "restore", 60_000);
    await stack.local.journal.waitFor(
      ({ operation, sequence }) =>
        operation === "restoreStatus" &&
        sequence > (stack.local.journal.entries.find((entry) => entry.operation === "restore")?.sequence ?? 0) + 3,
      60_000,
    );
    killTree(child, "SIGKILL");
    await ended;
    await stack.pulumi("cancel", "--yes");
    backend("staging").setRestoreOutcome({ status: "OK" });
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(seen()).to.equal(1);
    expect(authors("staging")).to.deep.equal(["of-production"]);
  });

  it("resumes the same restore after a deadline, also when a refresh came between", async () => {
    backend("staging").setRestoreOutcome({ status: "IN_PROGRESS" });
    program({ more: 'timeouts: { create: "3s" }' });
    const late = await stack.up();
    expect(late.code).not.to.equal(0);
    expect(late.output)
      .to.contain("timeouts.create (3s)")
      .and.to.contain("IN_PROGRESS")
      .and.to.contain("run pulumi up");
    expect((await stack.refresh()).code).to.equal(0);
    const still = await stack.up();
    expect(still.code, "a deadline is never reported as success").not.to.equal(0);
    backend("staging").setRestoreOutcome({ status: "OK" });
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(await stack.output("restoreId")).to.equal("1");
    expect(stack.local.journal.count("restore")).to.equal(1);
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
  });

  it("fails with the service's words on ERR, again on every up without a call, and runs for a new trigger", async () => {
    backend("staging").setRestoreOutcome({ status: "ERR", errors: ["the backup is damaged"] });
    program();
    const failed = await stack.up();
    expect(failed.code).not.to.equal(0);
    expect(failed.output).to.contain("the backup is damaged");
    stack.local.journal.clear();
    await stack.refresh();
    const again = await stack.up();
    expect(again.code).not.to.equal(0);
    expect(again.output).to.contain("the backup is damaged").and.to.contain("triggers");
    expect(stack.local.journal.entries.filter(({ plane }) => plane === "data")).to.deep.equal([]);
    backend("staging").setRestoreOutcome({ status: "OK" });
    program({ trigger: "second" });
    const mended = await stack.up();
    expect(mended.code, mended.output).to.equal(0);
    expect(acted()).to.equal(1);
  });

  it("never sends again after a lost answer, says the ways on, and takes each of them", async () => {
    stack.local.faults.add({ operation: "restore", fault: { kind: "reset", acted: true } });
    program();
    const lost = await stack.up();
    expect(lost.code).not.to.equal(0);
    expect(lost.output).to.contain("resumeRestoreId").and.to.contain("acceptUnknown");
    await stack.refresh();
    expect((await stack.up()).code).not.to.equal(0);
    expect(stack.local.journal.count("restore")).to.equal(1);
    program({ more: "resumeRestoreId: 1" });
    const resumed = await stack.up();
    expect(resumed.code, resumed.output).to.equal(0);
    expect(stack.local.journal.count("restore")).to.equal(1);
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
  });

  it("is not run again by a renamed backend, an alias, or a parent; and takes an explicit provider", async () => {
    const [account] = stack.local.accounts;
    const named = (name: string, options: string, backendName: string): void => {
      stack.program(`
        const own = new dgraphcloud.Provider("own", { email: "${account?.email ?? ""}", password: "${account?.password ?? ""}" });
        const group = new pulumi.ComponentResource("test:index:Group", "group", {}, {});
        const production = new dgraphcloud.Backend("production", { zone: "us-east-1", deploymentType: "dedicated" });
        const staging = new dgraphcloud.Backend("staging", { name: "${backendName}", zone: "us-east-1", deploymentType: "dedicated" });
        const inner = new dgraphcloud.Backend("inner", { zone: "us-east-1", deploymentType: "free" }, { parent: group });
        new dgraphcloud.Restore("${name}", { target: staging, source: production }, { parent: group, provider: own, ${options} });
        new dgraphcloud.DataDrop("wipe", { backend: inner, allData: true }, { parent: group });
      `);
    };
    named("copy", "protect: true", "staging");
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    const parts = (await stack.state()).resources.filter(({ type }) => /Restore(Request|Completion)/.test(type));
    expect(parts).to.have.length(2);
    for (const part of parts)
      expect(part).to.include({ protect: true }).and.to.have.property("provider").that.contains("::own::");
    named("renamed", 'protect: true, aliases: [{ name: "copy" }]', "staging-renamed");
    const renamed = await stack.up();
    expect(renamed.code, renamed.output).to.equal(0);
    expect(acted()).to.equal(1);
    expect(stack.local.journal.acted("dropData")).to.equal(1);
  });

  it("drops once, refuses the wrong confirm and a passed notAfter in the preview, and never drops by tidying", async () => {
    const wipe = (more: string): void => {
      program({
        extra: `// backendsOnly
        const wipe = new dgraphcloud.DataDrop("wipe", { backend: staging, allData: true, exportFirst: true, ${more} });
        exports.dropped = wipe.dropped; exports.urls = wipe.exportUrls;`,
      });
    };
    wipe('confirm: "production"');
    const refused = await stack.preview();
    expect(refused.code).not.to.equal(0);
    expect(refused.output).to.contain('"production"').and.to.contain("staging-");
    wipe('notAfter: "2020-01-01T00:00:00Z"');
    expect((await stack.preview()).output).to.contain("notAfter");
    wipe('confirm: staging.name, triggers: ["a", "b"]');
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(authors("staging")).to.deep.equal([]);
    expect(up.output).to.match(/urls *: \[secret\]/);
    const { text } = await stack.state();
    expect(text).not.to.contain("/export/");
    wipe('triggers: ["b"], confirm: "anything"');
    expect((await stack.up()).code).to.equal(0);
    await stack.refresh();
    expect((await stack.up()).code).to.equal(0);
    expect(stack.local.journal.count("dropData")).to.equal(1);
    program({ extra: "// backendsOnly" });
    const gone = await stack.up();
    expect(gone.code, gone.output).to.equal(0);
    expect(gone.output).to.contain("no call is made");
    expect(stack.local.journal.count("dropData")).to.equal(1);
  });

  it("runs eight Restores and a DataDrop on one target in one up, one after the other", async () => {
    program({
      extra: `// backendsOnly
      for (let index = 0; index < 8; index++) new dgraphcloud.Restore("copy" + index, { target: staging, source: production });
      new dgraphcloud.DataDrop("wipe", { backend: staging, allData: true });`,
    });
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(acted()).to.equal(8);
    expect(stack.local.journal.acted("dropData")).to.equal(1);
  });
});
