import { expect } from "chai";
import { recordsOf } from "../local/content";
import { Stack } from "../harness/engineStack";

interface Options {
  readonly trigger?: string;
  readonly more?: string;
  readonly extra?: string;
}

describe("engine: the records of Restore and DataDrop", function () {
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
  const authors = async (name: string): Promise<unknown[]> =>
    (await recordsOf(backend(name), "Author")).map((record) => record["name"]);
  const acted = (): number => stack.local.journal.acted("restore");

  async function write(name: string, author: string): Promise<void> {
    await backend(name).engine.setSchema("type Author { id: ID! name: String! }");
    await backend(name).engine.graphql({ query: `mutation { addAuthor(input: [{ name: "${author}" }]) { numUids } }` });
  }

  beforeEach(async () => {
    stack = await Stack.start({ restoreMs: 800 });
    program({ extra: "// backendsOnly" });
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    await write("production", "of-production");
    await backend("production").takeBackup();
    await write("staging", "of-staging");
  });
  afterEach(() => stack.close());

  it("are final with acceptUnknown and the id that the message names", async () => {
    stack.local.faults.add({ operation: "restore", fault: { kind: "status", status: 504, acted: true } });
    program();
    const { output } = await stack.up();
    const [, attempt = ""] = /acceptUnknown: "([^"]+)"/.exec(output) ?? [];
    program({ more: `acceptUnknown: "${attempt}"` });
    const accepted = await stack.up();
    expect(accepted.code, accepted.output).to.equal(0);
    expect(await stack.output("status")).to.equal("UNKNOWN");
    expect(await stack.output("confirmed")).to.equal("false");
    expect(stack.local.journal.count("restore")).to.equal(1);
    program();
    expect((await stack.up()).code, "acceptUnknown can be removed").to.equal(0);
    expect(stack.local.journal.count("restore")).to.equal(1);
  });

  it("survive a renamed backend, an alias or a new parent without another run, and accept an explicit provider", async () => {
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

  it("drop once, refuse a wrong confirm and an expired notAfter in the preview, and never drop again when inputs are removed", async () => {
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
    expect(await authors("staging")).to.deep.equal([]);
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
});
