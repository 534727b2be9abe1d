import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { Stack } from "./stack";

const root = resolve(__dirname, "../..");
const projects = [root, ...readdirSync(join(root, "examples")).map((name) => join(root, "examples", name))].filter(
  (folder) => existsSync(join(folder, "Pulumi.yaml")),
);

describe("engine: examples", function () {
  this.timeout(180_000);
  let stack: Stack | undefined;

  afterEach(() => {
    stack?.close();
  });

  for (const project of projects) {
    const name = project === root ? "the quick start" : (project.split("/").at(-1) ?? project);
    it(`${name} goes up, changes nothing on a second up or a refresh, and is destroyed`, async () => {
      stack = await Stack.ofProject(project, { provisioningMs: 0 });
      const up = await stack.up();
      expect(up.code, up.output).to.equal(0);
      expect(stack.local.cloud.all()).to.have.length(1);
      const again = await stack.up("--expect-no-changes");
      expect(again.code, again.output).to.equal(0);
      const refresh = await stack.refresh("--expect-no-changes");
      expect(refresh.code, refresh.output).to.equal(0);
      const destroy = await stack.destroy();
      expect(destroy.code, destroy.output).to.equal(0);
      expect(stack.local.cloud.all()).to.deep.equal([]);
    });
  }
});
