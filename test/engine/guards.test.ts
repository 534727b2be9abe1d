import { expect } from "chai";
import { recordsOf } from "../local/content";
import { type Run, Stack } from "../harness/engineStack";

interface Wish {
  /** Inputs and options of the Backends, which are protected by an input, by an output, or only by the option. */
  readonly input?: string;
  readonly output?: string;
  readonly option?: string;
  readonly without?: readonly ("wipe" | "cut" | "copy")[];
  /** The name of the DataDrop on the first backend. */
  readonly wipe?: string;
  readonly trigger?: string;
  readonly backends?: boolean;
}

const protectedOnes = {
  input: "deletionProtection: true",
  output: "deletionProtection: pulumi.output(true)",
  option: "{ protect: true }",
};

/** The tests share one stack: each starts from the state that the previous one left. */
describe("engine: the record of an action guards the data of a protected backend", function () {
  this.timeout(300_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.start({ provisioningMs: 0, restoreMs: 0 });
  });
  after(() => stack.close());

  /** Three protected backends with one action each: through an explicit provider, by `uid`, and a Restore. */
  function program(wish: Wish = {}): void {
    const { input, output, option, without = [], trigger = "1", wipe = "wipe" } = { ...protectedOnes, ...wish };
    const [account] = stack.local.accounts;
    const asked = `triggers: { asked: "${trigger}" }`;
    const has = (name: "wipe" | "cut" | "copy"): boolean => !without.includes(name);
    stack.program(`
      const own = new dgraphcloud.Provider("own", { email: "${account?.email ?? ""}", password: "${account?.password ?? ""}" });
      const backend = (name, more, options) =>
        new dgraphcloud.Backend(name, { name, zone: "us-east-1", deploymentType: "dedicated", ...more }, options);
      const source = backend("source");
      ${
        wish.backends === false
          ? ""
          : `const first = backend("first", { ${input} });
      const second = backend("second", {}, ${option});
      const third = backend("third", { ${output} }, { protect: false });`
      }
      ${has("wipe") ? `new dgraphcloud.DataDrop("${wipe}", { backend: first, allData: true, confirm: "first", ${asked} }, { provider: own, deletedWith: first });` : ""}
      ${has("cut") ? `new dgraphcloud.DataDrop("cut", { backend: second.uid, types: ["Author"], ${asked} }, { retainOnDelete: true });` : ""}
      ${has("copy") ? `new dgraphcloud.Restore("copy", { target: third, source, confirm: "third", ${asked} }, { retainOnDelete: true });` : ""}
    `);
  }

  const backend = (name: string) => {
    const found = stack.local.cloud.all().find((deployment) => deployment.name === name);
    return stack.local.cloud.get(found?.uid ?? "");
  };
  const names = ["first", "second", "third"];
  const authors = async (): Promise<number[]> =>
    Promise.all(names.map(async (name) => (await recordsOf(backend(name), "Author")).length));
  async function write(): Promise<void> {
    for (const name of [...names, "source"]) {
      await backend(name).engine.setSchema("type Author { id: ID! name: String! }");
      await backend(name).engine.graphql({ query: `mutation { addAuthor(input: [{ name: "${name}" }]) { numUids } }` });
    }
  }
  const acted = (): number => stack.local.journal.acted("dropData") + stack.local.journal.acted("restore");
  const records = async (): Promise<string[]> => {
    const { resources } = await stack.state();
    return resources.filter(({ type }) => /DataDrop|RestoreRequest|RestoreCompletion/.test(type)).map(({ urn }) => urn);
  };
  /** The final part of the output, after the lines that an up shows as they arrive. */
  const warnings = (output: string, words: string): number =>
    output.slice(Math.max(0, output.indexOf("Diagnostics:"))).split(words).length - 1;
  async function expectSuccess(work: Promise<Run>): Promise<string> {
    const { code, output } = await work;
    expect(code, output).to.equal(0);
    return output;
  }
  async function refused(work: Promise<Run>): Promise<string> {
    const { code, output } = await work;
    expect(code, output).not.to.equal(0);
    return output;
  }

  it("is made by a first run, which the preview describes with names, selection and backup", async () => {
    program({ without: ["wipe", "cut", "copy"] });
    await expectSuccess(stack.up());
    await write();
    await backend("source").takeBackup();
    program();
    const preview = await expectSuccess(stack.preview());
    const uidOf = (name: string): string => backend(name).deployment.uid;
    expect(preview).to.contain(`will erase all data of the backend "first" (${uidOf("first")})`);
    expect(preview).to.contain(`will erase type Author of the backend "second" (${uidOf("second")})`);
    expect(preview).to.match(
      /will replace all data and the schema of the backend "third" \(0x\w+\) with the latest backup when it runs of the backend "source" \(0x\w+\), which is now backup 1 in "[^"]+"/,
    );
    expect(warnings(preview, "first run, as far as this stack's state tells")).to.equal(3);
    await expectSuccess(stack.up());
    expect(acted()).to.equal(3);
    await write();
    stack.local.journal.clear();
    await expectSuccess(stack.up("--expect-no-changes"));
    expect(stack.local.journal.count(), "and nothing is looked up when nothing runs").to.equal(0);
  });

  it("stays in every destroy that keeps the backend, and a later up runs nothing", async () => {
    const before = await records();
    const wipe = before.find((urn) => urn.endsWith("::wipe")) ?? "";
    for (const how of [
      ["--exclude-protected", "--continue-on-error"],
      ["--continue-on-error"],
      ["--run-program"],
      ["--refresh"],
      ["--target", wipe],
    ]) {
      const output = await refused(stack.destroy(...how));
      expect(output, how.join()).to.contain("DGC418");
    }
    expect(await records()).to.have.members(before);
    await expectSuccess(stack.up());
    expect([acted(), await authors()], "the records written in between are there").to.deep.equal([0, [1, 1, 2]]);
  });

  it("is excluded from a destroy with --exclude, as its message suggests", async () => {
    await expectSuccess(stack.destroy(...(await records()).flatMap((urn) => ["--exclude", urn])));
    expect(await records()).to.have.length(4);
  });

  it("stays when an up removes both the action and the backend from the program", async () => {
    program({ without: ["wipe", "cut", "copy"], backends: false });
    const output = await refused(stack.up("--continue-on-error"));
    expect(output).to.contain("DGC418").and.to.contain('its backend "first"');
    expect(await records()).to.have.length(4);
    program();
    await expectSuccess(stack.up());
    expect(acted()).to.equal(0);
  });

  it("is replaced once for a new trigger that the preview names", async () => {
    program({ trigger: "2" });
    const preview = await expectSuccess(stack.preview());
    expect(warnings(preview, 'It runs again because of a change of triggers ("asked")')).to.equal(3);
    expect(preview).not.to.contain("first run");
    await expectSuccess(stack.up());
    expect(acted()).to.equal(3);
    await write();
    stack.local.journal.clear();
  });

  it("is removed with its action when only the action is removed, and the message says what a later up would do", async () => {
    program({ trigger: "2", without: ["wipe", "copy"] });
    const output = await expectSuccess(stack.up());
    expect(warnings(output, "A later pulumi up with this action in its program would be a first run")).to.equal(2);
    expect(await records()).to.have.length(1);
    expect(acted()).to.equal(0);
  });

  it("is a new one for a resource that was renamed without an alias, which the preview says", async () => {
    program({ trigger: "2", without: ["copy", "cut"], wipe: "renamed" });
    const preview = await expectSuccess(stack.preview());
    expect(warnings(preview, "will erase all data of the backend")).to.equal(1);
    expect(preview).to.contain("a resource renamed without an alias");
  });

  it("records in one up that the protection is off, which the preview says, and is then removed with its backend", async () => {
    const off = { input: "deletionProtection: false", output: "deletionProtection: false", option: "{}" };
    program({ ...off, trigger: "2", without: ["wipe", "copy"] });
    const preview = await expectSuccess(stack.preview());
    expect(preview).to.contain("deletionProtection is switched off: after this, a destroy");
    expect(preview).to.contain("its backend is not protected any more");
    expect(preview)
      .to.match(/~ \d+ to update/)
      .and.not.to.match(/to replace/);
    await expectSuccess(stack.up());
    expect(acted()).to.equal(0);
    await expectSuccess(stack.destroy());
    expect(stack.local.cloud.all()).to.deep.equal([]);
  });
});
