import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { build } from "esbuild";
import { type Engine, prepareEngine } from "../../tools/engine";
import { environmentOf } from "../harness/engineStack";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";

const root = resolve(__dirname, "../..");
const run = promisify(execFile);
const npmInstall = ["install", "--no-audit", "--no-fund", "--prefer-offline"];
const backend = '{ zone: "us-east-1", deploymentType: "free" }';

/** Programs that resolve the package from another folder than their own. */
describe("package: the folder in which the engine looks for it", function () {
  this.timeout(300_000);
  let folder: string;
  let tarball: string;
  let engine: Engine;
  let local: LocalCloud;
  /** A program of a workspace that gets the package through a shared library. */
  let app: string;
  /** The same program as a bundle, in a folder of its own. */
  let deployed: string;
  /** NODE_OPTIONS of the engine. */
  let nodeOptions: string | undefined;

  /** The SDK of this checkout, so that only pnpm and small packages are downloaded. */
  const sdk = { "@pulumi/pulumi": `link:${join(root, "node_modules", "@pulumi", "pulumi")}` };
  const inWorkspace = { library: "workspace:*", ...sdk };
  const packed = (): Readonly<Record<string, string>> => ({ "pulumi-dgraphcloud": `file:${tarball}`, ...sdk });

  before(async () => {
    engine = await prepareEngine();
    folder = makeTemporaryFolder("layouts");
    mkdirSync(join(folder, "state"));
    await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
    tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
    local = await startLocalCloud({ provisioningMs: 0 });
    await run("npm", [...npmInstall, "--prefix", folder, "pnpm@10.20.0"]);
    const workspace = folderWith("workspace", { "pnpm-workspace.yaml": 'packages: ["app", "library"]\n' });
    folderWith("workspace/library", {
      "package.json": manifest("library", packed()),
      "index.js": `exports.backend = (name) => new (require("pulumi-dgraphcloud").Backend)(name, ${backend});\n`,
    });
    app = folderWith("workspace/app", {
      "package.json": manifest("app", inWorkspace),
      "Pulumi.yaml": "name: app\nruntime: nodejs\n",
      "index.js": 'exports.url = require("library").backend("orders").url;\n',
    });
    await pnpm(workspace);
    deployed = folderWith("deployed", {
      "package.json": manifest("deployed", sdk),
      "Pulumi.yaml": "name: deployed\nruntime: nodejs\n",
    });
    await pnpm(deployed);
    await build({
      entryPoints: [join(app, "index.js")],
      outfile: join(deployed, "index.js"),
      bundle: true,
      platform: "node",
      external: ["@pulumi/pulumi"],
      logLevel: "error",
    });
  });
  after(async () => {
    await local.close();
    removeFolder(folder);
  });

  function folderWith(name: string, files: Readonly<Record<string, string>>): string {
    const made = join(folder, name);
    mkdirSync(made, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(made, file), text);
    return made;
  }

  function manifest(name: string, dependencies: Readonly<Record<string, string>>): string {
    return JSON.stringify({ name, version: "1.0.0", private: true, main: "index.js", dependencies });
  }

  /** Installs the dependencies of a folder. */
  async function pnpm(cwd: string): Promise<void> {
    const flags = [
      "--store-dir",
      join(folder, "store"),
      "--prefer-offline",
      "--ignore-scripts",
      "--no-frozen-lockfile",
    ];
    await run(join(folder, "node_modules", ".bin", "pnpm"), ["install", ...flags], { cwd });
  }

  /** The output of the engine, and whether it failed. */
  async function pulumi(cwd: string, ...args: string[]): Promise<{ failed: boolean; stdout: string }> {
    const flags = ["--non-interactive", "--color", "never"];
    const env = { ...environmentOf(folder, engine, local), NODE_OPTIONS: nodeOptions };
    return run(engine.pulumi, [...args, ...flags], { cwd, env }).then(
      ({ stdout }) => ({ failed: false, stdout }),
      (error: unknown) => ({ failed: true, stdout: (error as { stdout: string }).stdout }),
    );
  }

  for (const [layout, projectOf, dependencies] of [
    ["a library of a pnpm workspace", () => app, inWorkspace],
    ["a bundle of esbuild", () => deployed, {}],
  ] as const) {
    it(`stops a program that gets it from ${layout}, names the folder, and deploys after it is installed there`, async () => {
      const project = projectOf();
      await pulumi(project, "stack", "init", "dev");
      const { failed, stdout } = await pulumi(project, "up", "--yes", "--skip-preview");
      expect(failed).to.equal(true);
      expect(stdout)
        .to.contain(`error: pulumi-dgraphcloud is not installed for ${project}`)
        .and.to.contain(`In ${project}, run: npm install pulumi-dgraphcloud (or pnpm add pulumi-dgraphcloud`)
        .and.to.contain("DGC109");
      expect(stdout).not.to.match(/Cannot find module|^ +at /m);
      expect(stdout).not.to.contain("Backend");
      expect(local.cloud.all()).to.deep.equal([]);

      writeFileSync(join(project, "package.json"), manifest("installed", { ...dependencies, ...packed() }));
      await pnpm(project);
      const up = await pulumi(project, "up", "--yes", "--skip-preview");
      expect(up.failed, up.stdout).to.equal(false);
      expect(local.cloud.all()).to.have.length(1);
      await pulumi(project, "destroy", "--yes", "--skip-preview");
      expect(local.cloud.all()).to.deep.equal([]);
    });
  }

  it("needs no approval of an install script", async () => {
    const project = folderWith("consumer", { "package.json": manifest("consumer", {}) });
    const { stdout, stderr } = await run("npm", [...npmInstall, "--legacy-peer-deps", tarball], { cwd: project });
    expect(stdout).to.match(/added \d+ packages/);
    expect(stdout + stderr).not.to.contain("pulumi-dgraphcloud");
  });

  it("is deployed by a program in TypeScript that is an ES module, with tsx", async () => {
    const dependencies = { ...packed(), tsx: "4.23.15" };
    const project = folderWith("modules", {
      "package.json": JSON.stringify({ name: "modules", type: "module", main: "index.ts", dependencies }),
      "Pulumi.yaml": "name: modules\nruntime: nodejs\n",
      "index.ts": `import * as dgraphcloud from "pulumi-dgraphcloud";
        const args: dgraphcloud.BackendArgs = ${backend};
        export const { url } = new dgraphcloud.Backend("orders", args);\n`,
    });
    await pnpm(project);
    await pulumi(project, "stack", "init", "dev");
    nodeOptions = "--import tsx";
    const up = await pulumi(project, "up", "--yes", "--skip-preview");
    nodeOptions = undefined;
    expect(up.failed, up.stdout).to.equal(false);
    expect(local.cloud.all()).to.have.length(1);
    for (const { uid } of local.cloud.all()) await local.cloud.remove(uid);
  });

  // These programs run after the package was installed for the program above.
  for (const [settings, text] of [
    ["the default settings", "{}"],
    ["settings without main", '{ projectSettings: { name: "auto", runtime: "nodejs" } }'],
    ["main in the settings", '{ projectSettings: { name: "auto", runtime: "nodejs", main: __dirname } }'],
  ] as const) {
    it(`is found by a program of the Automation API in a folder without node_modules, with ${settings}`, async () => {
      writeFileSync(join(app, "automation.js"), automation(text));
      const elsewhere = folderWith("elsewhere", {});
      await run(process.execPath, [join(app, "automation.js")], {
        cwd: elsewhere,
        // The workspace of an inline program stays in the temporary folder.
        env: { ...environmentOf(folder, engine, local), TMPDIR: folder },
      });
      expect(local.cloud.all().map(({ name }) => name)).to.deep.equal(["automated"]);
      for (const { uid } of local.cloud.all()) await local.cloud.remove(uid);
    });
  }

  /** A program that runs the engine itself and creates a backend. */
  function automation(options: string): string {
    return `
      const { LocalWorkspace } = require("@pulumi/pulumi/automation");
      const dgraphcloud = require("pulumi-dgraphcloud");
      const program = async () => {
        new dgraphcloud.Backend("automated", { ...${backend}, name: "automated" });
      };
      (async () => {
        const args = { stackName: "automated-" + Date.now(), projectName: "auto", program };
        const stack = await LocalWorkspace.createStack(args, ${options});
        await stack.up();
      })().catch((error) => {
        console.error(error);
        process.exitCode = 1;
      });
    `;
  }
});
