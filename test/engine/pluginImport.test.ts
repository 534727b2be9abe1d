import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { fails, type Run, Stack, succeeds } from "../harness/engineStack";
import { metadataIn } from "../../provider/resource/values";

/** The tests share one stack: each starts from the state that the previous one left. */
describe("engine: what exists is imported on the plugin", function () {
  this.timeout(300_000);
  let stack: Stack;
  const declared: string[] = [];

  before(async () => {
    stack = await Stack.start({ provisioningMs: 0 });
    stack.use("plugin");
    stack.program("");
  });
  after(() => stack.close());

  /** Makes a backend without Pulumi. Returns its uid. */
  async function make(name: string): Promise<string> {
    const { cloud, accounts } = stack.local;
    const input = { name, zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible" };
    return (await cloud.createDeployment(accounts[0]!, input)).uid;
  }
  const declaration = (name: string, options = ""): string =>
    `new dgraphcloud.Backend("${name}", { name: "${name}", zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible" }, {${options}});`;
  function declare(...statements: string[]): void {
    declared.push(...statements);
    stack.program(declared.join("\n"));
  }
  // The language host of the tests cannot write programs.
  const importing = (...args: string[]): Promise<Run> =>
    stack.pulumi("import", ...args, "--yes", "--skip-preview", "--generate-code=false", "--protect=false");
  const created = (): number => stack.local.journal.acted("createDeployment");

  async function isUnchanged(): Promise<void> {
    stack.local.journal.clear();
    await succeeds(stack.up("--expect-no-changes"));
    expect(stack.local.journal.count(), "requests of an up with nothing to do").to.equal(0);
  }

  it("a backend by its uid, and then up changes nothing", async () => {
    const uid = await make("orders");
    await succeeds(importing("dgraphcloud:index:Backend", "orders", uid));
    const [imported] = await stack.backends();
    expect(imported?.id).to.equal(uid);
    expect(imported?.inputs).to.include({ name: "orders", zone: "us-east-1", deploymentType: "dedicated" });
    declare(declaration("orders"));
    await isUnchanged();
    await succeeds(stack.refresh());
    await isUnchanged();
  });

  it("a backend by the option import, which can then be removed", async () => {
    const uid = await make("users");
    stack.program([...declared, declaration("users", `import: "${uid}"`)].join("\n"));
    expect(await succeeds(stack.up())).to.contain("1 imported");
    declare(declaration("users"));
    await isUnchanged();
  });

  it("the schema of a backend by the uid of the backend", async () => {
    const orders = stack.local.cloud.all().find(({ name }) => name === "orders")?.uid ?? "";
    const text = "type Author {\\n  id: ID!\\n  name: String\\n}\\n";
    await stack.local.cloud.get(orders).engine.setSchema(text.replaceAll("\\n", "\n"));
    await succeeds(importing("dgraphcloud:index:GraphqlSchema", "api", orders));
    declare(`new dgraphcloud.GraphqlSchema("api", { backend: "${orders}", schema: "${text}" });`);
    await isUnchanged();
    await succeeds(stack.refresh());
    await isUnchanged();
  });

  it("many at once, from a file", async () => {
    const names = ["one", "two", "three"];
    const uids = await Promise.all(names.map(make));
    const file = join(stack.folder, "import.json");
    const resources = names.map((name, i) => ({ type: "dgraphcloud:index:Backend", name, id: uids[i] }));
    writeFileSync(file, JSON.stringify({ resources }));
    await succeeds(importing("--file", file));
    declare(...names.map((name) => declaration(name)));
    await isUnchanged();
  });

  it("unlike a backend that a program only looks up: that one belongs to no resource of the stack", async () => {
    const uid = await make("elsewhere");
    stack.program([...declared, `exports.url = dgraphcloud.Backend.get("elsewhere", "${uid}").url;`].join("\n"));
    await succeeds(stack.up());
    const { deployment } = stack.local.cloud.get(uid);
    expect(await stack.output("url")).to.equal(deployment.url);
    const looked = (await stack.backends()).find(({ id }) => id === uid);
    expect(metadataIn(looked?.outputs ?? {})).to.have.property("incarnation", "");
    stack.program(declared.join("\n"));
    await succeeds(stack.up());
    expect(stack.local.cloud.all().map((one) => one.uid)).to.include(uid);
    await stack.local.cloud.deleteDeployment(stack.local.accounts[0]!, uid);
  });

  it("but not an action, which has a sentence why", async () => {
    for (const kind of ["DataDrop", "RestoreRequest", "RestoreCompletion", "Backup"]) {
      const output = await fails(importing(`dgraphcloud:index:${kind}`, "wipe", "0x42"));
      expect(output, kind)
        .to.contain("DGC416")
        .and.to.contain("the service keeps no record that could be looked up or imported")
        .and.to.contain("Declare it in the program instead");
    }
  });

  it("and not what does not exist", async () => {
    for (const kind of ["Backend", "GraphqlSchema"])
      expect(await fails(importing(`dgraphcloud:index:${kind}`, "nobody", "0xdead")), kind).to.match(
        /does not exist|no backend 0xdead/,
      );
    const state = await stack.state();
    expect(state.text).not.to.contain("0xdead");
  });

  it("is owned like what the stack has created: an update, no second create, and destroy deletes it", async () => {
    stack.program(declared.join("\n").replace('name: "users"', 'name: "customers"'));
    await succeeds(stack.up());
    expect(stack.local.cloud.all().map(({ name }) => name)).to.include("customers");
    const backends = await stack.backends();
    expect(backends).to.have.length(5);
    for (const { outputs } of backends)
      expect(metadataIn(outputs ?? {}))
        .to.have.property("incarnation")
        .that.matches(/^\d{4}-/);
    stack.program("");
    await succeeds(stack.destroy());
    expect(stack.local.cloud.all()).to.deep.equal([]);
    expect(created()).to.equal(0);
  });

  it("and is protected before the program says of it what the service does not report", async () => {
    const uid = await make("orders");
    const orders = (inputs: string): void => {
      stack.program(declaration("orders").replace(" }, {}", `, deletionProtection: true, ${inputs} }, {}`));
    };
    await succeeds(importing("dgraphcloud:index:Backend", "orders", uid));
    orders("");
    await succeeds(stack.up());
    orders('size: "large"');
    expect(await succeeds(stack.up())).to.contain("1 updated");
    orders('size: "small"');
    expect(await fails(stack.up())).to.contain("DGC304");
    expect(stack.local.cloud.all().map((one) => one.uid)).to.deep.equal([uid]);
    expect(created()).to.equal(0);
  });
});
