import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { type EngineAge, prepareEngine } from "../../tools/engine";
import { type Run, Stack } from "../harness/engineStack";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { install, installNode, pack } from "./packed";

interface Versions {
  readonly engine: EngineAge;
  readonly sdk: string;
  readonly node: string;
}

/** The oldest and the newest versions that users have, and in between the last SDK that also runs on Node 20. */
const combinations: readonly Versions[] = [
  { engine: "oldest", sdk: "3.216.0", node: "20.9.0" },
  { engine: "newest", sdk: "3.248.0", node: "22.23.3" },
  { engine: "newest", sdk: "3.276.0", node: "24.9.0" },
];

for (const { engine: age, sdk, node } of combinations)
  describe(`package: the ${age} engine, SDK ${sdk}, Node ${node}`, function () {
    this.timeout(600_000);
    let folder: string;
    let project: string;
    let stack: Stack;

    before(async () => {
      const engine = await prepareEngine({ exactly: age });
      folder = makeTemporaryFolder("versions");
      project = join(folder, "project");
      mkdirSync(project);
      writeFileSync(join(project, "Pulumi.yaml"), "name: versions\nruntime: nodejs\n");
      writeFileSync(join(project, "package.json"), '{ "name": "versions", "version": "1.0.0", "main": "index.ts" }\n');
      const bin = await installNode(node, folder);
      await install(project, [await pack(folder), `@pulumi/pulumi@${sdk}`, "@types/node@20.19.43"]);
      stack = await Stack.ofProject(project, { provisioningMs: 0, restoreMs: 200 }, engine);
      stack.environment["PATH"] = [bin, stack.environment["PATH"]].join(delimiter);
    });
    after(async () => {
      await (stack as Stack | undefined)?.close();
      removeFolder(folder);
    });

    /** A TypeScript program with a backend and more statements, which fails on another Node. */
    function program(more = "", zone = "us-east-1"): void {
      writeFileSync(
        join(project, "index.ts"),
        `import * as dgraphcloud from "pulumi-dgraphcloud";
         if (process.version !== "v${node}") throw new Error(process.version);
         const orders = new dgraphcloud.Backend("orders", {
           name: "orders", zone: "${zone}", deploymentType: "dedicated", timeouts: { create: "2s", update: "60s" },
         });
         export const { uid, url } = orders;
         ${more}`,
      );
    }

    async function succeeds(work: Promise<Run>): Promise<string> {
      const run = await work;
      expect(run.code, run.output).to.equal(0);
      // Warnings tell what an action erases, and what the end of its record means.
      const others = run.output.replace(/warning: (will (erase|replace)|its record is removed)/g, "");
      expect(others).not.to.match(/warning/i);
      return run.output;
    }
    const { count, acted } = {
      count: (operation?: string) => stack.local.journal.count(operation),
      acted: (operation: string) => stack.local.journal.acted(operation),
    };
    const uids = (): string[] => stack.local.cloud.all().map(({ uid }) => uid);
    const nothingChanges = async (): Promise<void> => {
      stack.local.journal.clear();
      await succeeds(stack.up("--expect-no-changes"));
      expect(count()).to.equal(0);
    };

    it("previews a create, and makes no request", async () => {
      program();
      expect(await succeeds(stack.preview())).to.contain("+ 2 to create");
      expect(count()).to.equal(0);
    });

    it("keeps a backend that is not ready in time, and continues with it in the next up", async () => {
      const unready = stack.local.faults.add({
        operation: "ready",
        calls: "every",
        fault: { kind: "status", status: 503, acted: false },
      });
      const late = await stack.up();
      expect(late.code, late.output).not.to.equal(0);
      expect(late.output).to.contain("timeouts.create (2s)");
      const [entry] = await stack.backends();
      expect([entry?.id, entry?.initErrors?.length]).to.deep.equal([uids()[0], 1]);
      unready.remove();
      await succeeds(stack.up());
      expect(acted("createDeployment")).to.equal(1);
      expect(await stack.output("url")).to.equal(stack.local.cloud.all()[0]?.url);
      await nothingChanges();
    });

    it("drops and restores once", async () => {
      await stack.local.cloud.get(uids()[0] ?? "").takeBackup();
      const actions = `
        const wipe = new dgraphcloud.DataDrop("wipe", { backend: orders, allData: true, confirm: "orders" });
        const back = new dgraphcloud.Restore("back", { target: orders, source: orders }, { dependsOn: [wipe] });
        export const status = back.status;`;
      program(actions);
      await succeeds(stack.up());
      expect([acted("dropData"), acted("restore")]).to.deep.equal([1, 1]);
      expect(await stack.output("status")).to.equal("OK");
      await nothingChanges();
    });

    it("shows outside changes in a refresh, and the cause of a replace in the preview", async () => {
      const [account] = stack.local.accounts;
      stack.local.cloud.updateDeployment(account!, { uid: uids()[0] ?? "", name: "renamed" });
      expect(await succeeds(stack.refresh())).to.match(/orders.*renamed/s);
      program("", "eu-west-1");
      const preview = await succeeds(stack.preview());
      expect(preview)
        .to.contain("1 to replace")
        .and.to.match(/zone.*us-east-1.*eu-west-1/);
    });

    it("summarises that preview with the command of the package", async () => {
      const { stdout: input } = await stack.pulumi("preview", "--json");
      const command = join(project, "node_modules/.bin/pulumi-dgraphcloud");
      const run = spawnSync(command, ["summary", "--fail-on", "replace", "--data"], {
        env: stack.environment,
        input,
        encoding: "utf8",
      });
      expect(run.status, run.stderr).to.equal(3);
      expect(run.stdout).to.match(
        /^### versions\/engine-test: Backend "orders" is replaced without its data; .*nodes? (is|are) lost/,
      );
      expect(run.stdout).to.contain('because of a change of zone ("us-east-1" → "eu-west-1")');
    });

    it("destroys everything", async () => {
      await succeeds(stack.destroy());
      expect(uids()).to.deep.equal([]);
      expect((await stack.state()).resources.filter(({ type }) => type.includes("dgraphcloud"))).to.deep.equal([]);
    });
  });
