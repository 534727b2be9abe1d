import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Account, Backend } from "dgraphcloud-local";
import { fails, type Stack, succeeds } from "../harness/engineStack";
import { describePage, dev, pluginPages, type Story } from "./howToReader";

const them: Account = { email: "them@example.com", password: "their-password" };

const pluginType = /^dgraphcloud:index:/;
const dynamicType = /^pulumi-nodejs:dynamic\/dgraphcloud:/;

/** The resources of this package in the state, by their hosts. */
async function hosts({ stack }: Story): Promise<{ plugin: number; dynamic: number }> {
  const types = (await stack.state()).resources.map(({ type }) => type);
  const ofHost = (pattern: RegExp): number => types.filter((type) => pattern.test(type)).length;
  return { plugin: ofHost(pluginType), dynamic: ofHost(dynamicType) };
}

/** What has been changed in the service so far. */
function changes({ local: { journal } }: Stack): number[] {
  const operations = [
    "createDeployment",
    "updateDeployment",
    "deleteDeployment",
    "updateLambda",
    "updateGQLSchema",
    "dropData",
  ];
  return operations.map((operation) => journal.acted(operation));
}

describePage(pluginPages.plugin, {}, (story) => {
  /** The project of the tests has another name. */
  const instead = { "name: orders\nruntime": "name: test\nruntime" };

  it("makes a backend with the plugin", async () => {
    await story().follow("Dynamic or plugin", instead);
    await succeeds(story().stack.up());
    expect(await hosts(story())).to.deep.equal({ plugin: 1, dynamic: 0 });
  });

  it("shows eleven changes with the dynamic provider, and one with the plugin, of which the up makes one", async () => {
    const { stack } = story();
    await story().follow("The preview of a rename");
    expect(stack.local.journal.acted("createDeployment")).to.equal(11);
    const lambdas = stack.local.journal.acted("updateLambda");
    await succeeds(stack.up());
    const { journal } = stack.local;
    expect([journal.acted("updateDeployment"), journal.acted("updateLambda") - lambdas]).to.deep.equal([1, 0]);
    expect(await hosts(story())).to.deep.equal({ plugin: 11, dynamic: 0 });
  });

  it("finds the plugin by the other lines of Pulumi.yaml as well", async () => {
    await story().follow("How the engine finds the plugin", instead);
    await succeeds(story().stack.up("--expect-no-changes"));
  });

  it("refuses a misspelt setting in the preview, without a request", async () => {
    const { stack } = story();
    await succeeds(stack.pulumi("config", "set", "dgraphcloud:emial", "you@example.com"));
    const sent = stack.local.journal.count();
    expect(await fails(stack.preview())).to.contain("DGC601");
    expect(stack.local.journal.count()).to.equal(sent);
  });
});

describePage(pluginPages.move, { accounts: [dev, them] }, (story) => {
  let before: number[];

  it("makes a stack with the dynamic provider", async () => {
    story().password = them.password;
    await story().follow("Move a stack to the plugin, and back");
    before = changes(story().stack);
    expect(before).to.deep.equal([2, 0, 0, 0, 1, 1]);
    expect(await hosts(story())).to.deep.equal({ plugin: 0, dynamic: 4 });
  });

  it("moves it without a call that changes anything, also after a refresh", async () => {
    const { stack } = story();
    await story().follow("Change the import line");
    await story().follow("Check the preview");
    await succeeds(stack.refresh("--expect-no-changes"));
    await story().follow("In a pull request");
    await story().follow("Deploy it");
    await succeeds(stack.refresh("--expect-no-changes"));
    expect(await hosts(story())).to.deep.equal({ plugin: 4, dynamic: 0 });
    expect(changes(stack)).to.deep.equal(before);
  });

  it("moves it back in the same way, and destroys it", async () => {
    const { stack } = story();
    await story().follow("Go back");
    expect(await hosts(story())).to.deep.equal({ plugin: 0, dynamic: 4 });
    expect(changes(stack)).to.deep.equal(before);
    await succeeds(stack.destroy());
    expect(stack.local.cloud.all()).to.deep.equal([]);
  });
});

describePage(pluginPages.import, {}, (story) => {
  /** Makes a backend as somebody would in the console. */
  async function make(name: string, deploymentType = "dedicated"): Promise<Backend> {
    const { cloud, accounts } = story().stack.local;
    const { uid } = await cloud.createDeployment(accounts[0]!, { name, zone: "us-east-1", deploymentType });
    await cloud.get(uid).engine.start();
    return cloud.get(uid);
  }
  const imported = async (): Promise<unknown[]> =>
    (await story().stack.state()).resources
      .filter(({ type }) => pluginType.test(type))
      .map(({ type, id }) => `${type.replace(pluginType, "")} ${id ?? ""}`);

  it("imports a backend and its schema, and then an up changes nothing", async () => {
    const orders = await make("orders");
    await orders.engine.setSchema("# schema.graphql\ntype Order { id: ID! item: String! }\n");
    await make("payments");
    const shop = await make("shop", "free");
    await shop.engine.setSchema("type Product { id: ID! name: String }");
    await story().follow("Import existing backends and schemas");
    await story().follow("Import one backend");
    await story().follow("Import a schema");
    expect(await imported()).to.have.members(["Backend 0x42", "GraphqlSchema 0x42"]);
  });

  it("imports a backend by an option of the program", async () => {
    await story().follow("Import in the program");
    expect(await imported()).to.have.members(["Backend 0x42", "GraphqlSchema 0x42", "Backend 0x43"]);
  });

  it("imports the others by a file", async () => {
    const { stack } = story();
    await story().follow("Import many at once");
    expect(await imported())
      .to.have.length(5)
      .and.to.include.members(["Backend 0x44", "GraphqlSchema 0x44"]);
    expect(await fails(stack.up()), "the program does not declare them").to.contain("protected");
    expect(stack.local.cloud.all()).to.have.length(3);
  });

  it("protects, and refuses to import an action", async () => {
    const { stack } = story();
    await story().follow("Protect what was imported");
    const target = (await stack.backends()).find(({ id }) => id === "0x42")?.urn ?? "";
    await succeeds(stack.up("--target", target));
    const program = join(stack.project, "index.ts");
    writeFileSync(program, readFileSync(program, "utf8").replace('{ name: "orders", ', "{ "));
    await succeeds(stack.pulumi("preview", "--target", target, "--expect-no-changes"));
    const destroyed = stack.destroy("--ignore-protect", "--target", target, "--target-dependents");
    expect(await fails(destroyed)).to.contain("DGC304");
    await story().follow("What cannot be imported");
    expect(changes(stack)).to.deep.equal([0, 0, 0, 0, 0, 0]);
  });
});
