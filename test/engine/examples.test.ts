import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import type { LocalCloudOptions } from "dgraphcloud-local";
import { dgraphOptions } from "../dgraph/cloud";
import { Stack } from "../harness/engineStack";

const root = resolve(__dirname, "../..");
const projects = [root, ...readdirSync(join(root, "examples")).map((name) => join(root, "examples", name))].filter(
  (folder) => existsSync(join(folder, "Pulumi.yaml")),
);

/** Configuration that an example needs. */
type Preparation = (stack: Stack) => Promise<void>;

const preparations: Readonly<Record<string, Preparation>> = {
  "restore-production": async (stack) => {
    const [account] = stack.local.accounts;
    if (account === undefined) throw new Error("the local cloud has no account");
    const production = { name: "production", zone: "us-east-1", deploymentType: "dedicated" };
    const { uid } = await stack.local.cloud.createDeployment(account, production);
    await stack.local.cloud.get(uid).engine.start();
    await stack.local.cloud.get(uid).takeBackup();
    await stack.pulumi("config", "set", "production", production.name);
  },
  "wipe-and-restore": async (stack) => {
    await stack.pulumi("config", "set", "wipe", "for the test");
  },
};

/** The database engines of the local cloud for the examples. */
const engines: Readonly<Record<string, () => Promise<LocalCloudOptions>>> = {
  memory: () => Promise.resolve({ engine: "memory", provisioningMs: 0, restoreMs: 200 }),
  "a real Dgraph": () => dgraphOptions(),
};

for (const [behind, options] of Object.entries(engines))
  describe(`engine: examples, on ${behind}`, function () {
    this.timeout(300_000);
    let stack: Stack | undefined;

    afterEach(() => stack?.close());

    for (const project of projects) {
      const name = project === root ? "the quick start" : (project.split("/").at(-1) ?? project);
      it(`${name} is created, is unchanged by a second up and a refresh, and is destroyed`, async () => {
        stack = await Stack.ofProject(project, await options());
        await preparations[name]?.(stack);
        const others = stack.local.cloud.all().length;
        const up = await stack.up();
        expect(up.code, up.output).to.equal(0);
        expect(stack.local.cloud.all()).to.have.length(others + 1);
        const again = await stack.up("--expect-no-changes");
        expect(again.code, again.output).to.equal(0);
        const refresh = await stack.refresh("--expect-no-changes");
        expect(refresh.code, refresh.output).to.equal(0);
        const destroy = await stack.destroy();
        expect(destroy.code, destroy.output).to.equal(0);
        expect(stack.local.cloud.all()).to.have.length(others);
      });
    }
  });
