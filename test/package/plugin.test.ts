import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect } from "chai";
import { prepareEngine } from "../../tools/engine";
import { packPlugin } from "../../tools/package";
import { Stack, succeeds } from "../harness/engineStack";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { install, installNode, pack } from "./packed";

/** The tarball of `npm run package`, for users who do not install the plugin with npm. test/tools/package.test.ts looks into it. */
describe("package: the plugin in a tarball of its own", function () {
  this.timeout(600_000);
  let folder: string;
  let project: string;
  let tarball: string;
  let stack: Stack;

  before(async () => {
    folder = makeTemporaryFolder("plugin");
    project = join(folder, "project");
    mkdirSync(project);
    tarball = await packPlugin(folder);
    writeFileSync(join(project, "Pulumi.yaml"), "name: tarball\nruntime: nodejs\n");
    writeFileSync(join(project, "package.json"), '{ "name": "tarball", "version": "1.0.0", "main": "index.js" }\n');
    await install(project, [await pack(folder), "@pulumi/pulumi@3.248.0"]);
    stack = await Stack.ofProject(project, { provisioningMs: 0, restoreMs: 100 }, await prepareEngine());
  });
  after(async () => {
    await (stack as Stack | undefined)?.close();
    removeFolder(folder);
  });

  const plugins = async (): Promise<{ name: string; version: string }[]> =>
    JSON.parse((await stack.pulumi("plugin", "ls", "--json")).stdout) as { name: string; version: string }[];

  it("is installed offline by pulumi plugin install --file", async () => {
    expect(await plugins()).to.deep.equal([]);
    await succeeds(stack.pulumi("plugin", "install", "resource", "dgraphcloud", "0.1.0", "--file", tarball));
    expect((await plugins()).map(({ name, version }) => `${name} ${version}`)).to.deep.equal(["dgraphcloud 0.1.0"]);
  });

  for (const node of [process.versions.node, "22.23.3"])
    it(`deploys a program without a word on plugins in Pulumi.yaml, on Node ${node}`, async () => {
      const bin = node === process.versions.node ? dirname(process.execPath) : await installNode(node, folder);
      stack.environment["PATH"] = [bin, stack.environment["PATH"]].join(delimiter);
      writeFileSync(
        join(project, "index.js"),
        `if (process.versions.node !== "${node}") throw new Error(process.versions.node);
         const dgraphcloud = require("pulumi-dgraphcloud/plugin");
         const zone = { zone: "us-east-1", deploymentType: "dedicated" };
         const orders = new dgraphcloud.Backend("orders", zone);
         new dgraphcloud.GraphqlSchema("orders-schema", { backend: orders, schema: "type A { name: String }" });
         exports.uid = orders.uid;`,
      );
      await succeeds(stack.up());
      const [made] = stack.local.cloud.all();
      expect(await stack.output("uid")).to.equal(made?.uid);
      const { resources } = await stack.state();
      expect(resources.map(({ type }) => type)).to.include.members([
        "dgraphcloud:index:Backend",
        "dgraphcloud:index:GraphqlSchema",
      ]);
      await succeeds(stack.up("--expect-no-changes"));
      await succeeds(stack.destroy());
      expect(stack.local.cloud.all()).to.deep.equal([]);
    });
});
