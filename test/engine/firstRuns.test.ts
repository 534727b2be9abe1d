import { expect } from "chai";
import { recordsOf } from "../local/content";
import { type Run, Stack } from "../harness/engineStack";

/** The tests share one stack: each starts from the state that the previous one left. */
describe("engine: an action whose record left the state", function () {
  this.timeout(300_000);
  let stack: Stack;
  let foreign: string;

  before(async () => {
    stack = await Stack.start({ provisioningMs: 0, restoreMs: 0 });
    const [account] = stack.local.accounts;
    const made = { name: "foreign", zone: "us-east-1", deploymentType: "dedicated" };
    foreign = (await stack.local.cloud.createDeployment(account!, made)).uid;
  });
  after(() => stack.close());

  /** A backend of the program and one outside of it, each with a DataDrop. */
  function program({ own = "own", ownOptions = "{}", drops = "both", more = "" } = {}): void {
    stack.program(`
      const db = new dgraphcloud.Backend("db", { name: "db", zone: "us-east-1", deploymentType: "dedicated", ${more} });
      ${drops === "none" ? "" : `new dgraphcloud.DataDrop("${own}", { backend: db, allData: true, confirm: "db" }, ${ownOptions});`}
      ${drops === "both" ? `new dgraphcloud.DataDrop("other", { backend: "${foreign}", allData: true });` : ""}
    `);
  }

  const backend = (name: string) => {
    const found = stack.local.cloud.all().find((deployment) => deployment.name === name);
    return stack.local.cloud.get(found?.uid ?? "");
  };
  const authors = async (name: string): Promise<number> => (await recordsOf(backend(name), "Author")).length;
  async function write(name: string): Promise<void> {
    const { engine } = backend(name);
    await engine.setSchema("type Author { id: ID! name: String! }");
    await engine.graphql({ query: `mutation { addAuthor(input: [{ name: "${name}" }]) { numUids } }` });
  }
  const recordOf = async (name: string): Promise<string> =>
    (await stack.state()).resources.find(({ urn }) => urn.endsWith(`DataDrop::${name}`))?.urn ?? "";
  async function expectSuccess(work: Promise<Run>): Promise<string> {
    const { code, output } = await work;
    expect(code, output).to.equal(0);
    return output;
  }

  it("is not run again when the resource is renamed with an alias", async () => {
    program();
    await expectSuccess(stack.up());
    await write("db");
    program({ own: "renamed", ownOptions: '{ aliases: [{ name: "own" }] }' });
    await expectSuccess(stack.up());
    expect(await authors("db")).to.equal(1);
  });

  it("is announced in the preview after pulumi state delete", async () => {
    await expectSuccess(stack.pulumi("state", "delete", "--yes", await recordOf("renamed")));
    const preview = await expectSuccess(stack.preview());
    expect(preview).to.contain(`will erase all data of the backend "db" (${backend("db").deployment.uid})`);
    expect(preview).to.contain("first run, as far as this stack's state tells");
    expect(await authors("db")).to.equal(1);
  });

  it("is refused for a targeted up that removes it without its protected backend", async () => {
    program({ more: "deletionProtection: true" });
    await expectSuccess(stack.up());
    await write("db");
    const own = await recordOf("own");
    program({ more: "deletionProtection: true", drops: "none" });
    const { code, output } = await stack.up("--target", own);
    expect(code, output).not.to.equal(0);
    expect(output).to.contain("DGC418").and.to.contain("with --target, name the backend too");
    expect(await recordOf("own")).to.equal(own);
    program({ more: "deletionProtection: true" });
    await expectSuccess(stack.up());
    expect(await authors("db")).to.equal(1);
  });

  it("is removed, with a message, by a destroy that then fails at the service, and the next preview shows what an up would erase", async () => {
    program({ more: "deletionProtection: false" });
    await expectSuccess(stack.up());
    const fault = { kind: "errors", messages: ["come back later"], acted: false } as const;
    stack.local.faults.add({ operation: "deleteDeployment", calls: "every", fault });
    const { code, output } = await stack.destroy("--continue-on-error");
    expect(code, output).not.to.equal(0);
    expect(output).to.match(/The records of .*own.* have left the state already/);
    expect(output).to.contain("A later pulumi up with this action in its program would be a first run");
    stack.local.faults.clear();
    const preview = await expectSuccess(stack.preview());
    expect(preview).to.contain('will erase all data of the backend "db"');
    expect(await authors("db")).to.equal(1);
  });

  it("is removed with a warning for a backend outside of the program, and is announced when it is declared again", async () => {
    await write("foreign");
    await expectSuccess(stack.destroy());
    expect(await authors("foreign")).to.equal(1);
    const preview = await expectSuccess(stack.preview());
    expect(preview).to.contain(`will erase all data of the backend "foreign" (${foreign})`);
    expect(preview, "a new backend holds nothing").not.to.contain('of the backend "db"');
  });
});
