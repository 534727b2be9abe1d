import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { type Engine, prepareEngine } from "../../tools/engine";
import { environmentOf } from "../harness/engineStack";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { install, pack } from "./packed";

const root = resolve(__dirname, "../..");
const run = promisify(execFile);

const body = `
const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "free" });
`;

const typed = `import * as dgraphcloud from "pulumi-dgraphcloud";
const args: dgraphcloud.BackendArgs = { zone: "us-east-1", deploymentType: "free" };
const orders = new dgraphcloud.Backend("orders", args);
export const url = orders.url;
`;

/** The same program on the plugin, in the same file, which also mixes the two. */
const onPlugin = `import * as plugin from "pulumi-dgraphcloud/plugin";
const pluginArgs: plugin.BackendArgs = { zone: "us-east-1", deploymentType: "free" };
const shop: plugin.Backend = new plugin.Backend("shop", pluginArgs);
const drop = new dgraphcloud.DataDrop("drop", { backend: shop, allData: true });
const review: plugin.Backend = new plugin.Environment("review", { ...pluginArgs, schema: "type A { id: ID! }" }).backend;
const provider = new plugin.Provider("theirs", { token: "x" });
export const name: Promise<string> = plugin.getBackend({ uid: "0x42" }, { provider }).then((found) => found.name);
class Mine extends plugin.Backend {}
export const made = [drop, review, new Mine("mine", pluginArgs), plugin.Backend.isInstance(orders)];
// @ts-expect-error: the zone is required.
new plugin.Backend("none", { deploymentType: "free" });
`;

const programs: readonly { kind: string; file: string; text: string; type?: string }[] = [
  {
    kind: "CommonJS",
    file: "index.js",
    text: `const dgraphcloud = require("pulumi-dgraphcloud");${body}exports.url = orders.url;\n`,
  },
  {
    kind: "ES module",
    file: "index.js",
    type: "module",
    text: `import * as dgraphcloud from "pulumi-dgraphcloud";${body}export const url = orders.url;\n`,
  },
  { kind: "TypeScript without a compiler of its own", file: "index.ts", text: typed },
];

describe("package: the packed tarball in an empty project", function () {
  this.timeout(600_000);
  let folder: string;
  let project: string;
  let engine: Engine;
  let local: LocalCloud;

  before(async () => {
    engine = await prepareEngine();
    folder = makeTemporaryFolder("package");
    project = join(folder, "project");
    mkdirSync(join(folder, "state"));
    mkdirSync(project);
    const tarball = await pack(folder);
    writeFileSync(join(project, "Pulumi.yaml"), "name: consumer\nruntime: nodejs\n");
    writeFileSync(join(project, "package.json"), '{ "name": "consumer", "version": "1.0.0" }\n');
    await install(project, [tarball, "@pulumi/pulumi@3.248.0", "@types/node@20.19.43"]);
    local = await startLocalCloud({ provisioningMs: 0 });
  });
  after(async () => {
    await local.close();
    removeFolder(folder);
  });

  function pulumi(...args: string[]): Promise<{ stdout: string }> {
    return run(engine.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: project,
      env: environmentOf(folder, engine, local),
    });
  }

  it("contains only what programs need", () => {
    const installed = join(project, "node_modules", "pulumi-dgraphcloud");
    expect(readdirSync(installed)).to.have.members([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist",
      "docs",
      "package.json",
      "plugin",
    ]);
    // The plugin answers the engine with it.
    expect(existsSync(join(installed, "dist/provider/host/plugin/schema.json"))).to.equal(true);
    // Error messages refer to the page by this path.
    expect(existsSync(join(installed, "docs", "troubleshooting.md"))).to.equal(true);
    expect(readdirSync(join(installed, "docs", "how-to"))).to.have.members(readdirSync(join(root, "docs", "how-to")));
    expect(existsSync(join(project, "node_modules", "dgraphcloud-local"))).to.equal(false);
  });

  it("publishes an entry for each host", async () => {
    const installed = join(project, "node_modules", "pulumi-dgraphcloud");
    const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
      exports: Record<string, string | Record<string, string>>;
    };
    expect(Object.keys(exports)).to.have.members([".", "./plugin", "./provider", "./package.json"]);
    for (const path of Object.values(exports).flatMap((entry) =>
      typeof entry === "string" ? entry : Object.values(entry),
    ))
      expect(existsSync(join(installed, path)), path).to.equal(true);
    const text = `
      import * as dynamic from "pulumi-dgraphcloud";
      import * as plugin from "pulumi-dgraphcloud/plugin";
      console.log(JSON.stringify([Object.keys(dynamic), Object.keys(plugin)]));
    `;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", text], { cwd: project });
    const [ofDynamic, ofPlugin] = JSON.parse(stdout) as [string[], string[]];
    expect(ofPlugin).to.have.members(ofDynamic).and.to.include("Backend");
  });

  for (const { kind, file, text, type } of programs) {
    it(`deploys a Backend from a program in ${kind}`, () => deploy(file, text, type));
  }

  it("deploys a Backend from a program in TypeScript that is an ES module, with ts-node", async () => {
    const npm = (...args: string[]) => run("npm", [...args, "--no-audit", "--no-fund"], { cwd: project });
    await npm("install", "--prefer-offline", "ts-node@10.9.2", "typescript@5.9.3");
    await deploy("index.ts", typed, "module");
    await npm("uninstall", "ts-node", "typescript");
  });

  for (const [module, moduleResolution, file] of [
    ["node16", "node16", "checked.cts"],
    ["node16", "node16", "checked.mts"],
    ["esnext", "bundler", "checked.ts"],
    ["commonjs", "node10", "checked.ts"],
  ] as const) {
    it(`type-checks with moduleResolution ${moduleResolution} in ${file}, on both hosts`, async () => {
      writeFileSync(join(project, file), `${typed}${onPlugin}`);
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
      const flags = [
        "--noEmit",
        "--strict",
        "--target",
        "es2022",
        "--module",
        module,
        "--moduleResolution",
        moduleResolution,
      ];
      const checked = await run(process.execPath, [tsc, ...flags, file], { cwd: project }).catch(
        (error: unknown) => error as { stdout: string },
      );
      expect(checked.stdout).to.equal("");
    });
  }

  async function deploy(file: string, text: string, type?: string): Promise<void> {
    for (const old of ["index.js", "index.ts"]) rmSync(join(project, old), { force: true });
    const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as object;
    writeFileSync(join(project, "package.json"), JSON.stringify({ ...manifest, main: file, type: type ?? "commonjs" }));
    writeFileSync(join(project, file), text);
    await pulumi("stack", "init", "dev");
    const { stdout: up } = await pulumi("up", "--yes", "--skip-preview");
    expect(up).not.to.match(/warning/i);
    const { stdout } = await pulumi("stack", "output", "url");
    expect(stdout.trim()).to.equal(local.cloud.all()[0]?.url);
    await pulumi("destroy", "--yes", "--skip-preview");
    await pulumi("stack", "rm", "dev", "--yes");
    expect(local.cloud.all()).to.deep.equal([]);
  }
});
