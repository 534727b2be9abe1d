import { execFile } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const root = resolve(__dirname, "../..");
const run = promisify(execFile);

/** Packs the package as it is published, and returns the path of the tarball. */
export async function pack(folder: string): Promise<string> {
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
}

/** Installs packages into a project. */
export async function install(project: string, packages: readonly string[]): Promise<void> {
  // npm runs on the Node of the tests, which may be too old for the SDK that is installed.
  const flags = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--engine-strict=false"];
  await run("npm", [...flags, ...packages], { cwd: project });
}

/** Installs another Node from the package registry, and returns the folder of its executable. */
export async function installNode(version: string, folder: string): Promise<string> {
  const home = join(folder, `node-${version}`);
  mkdirSync(home);
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  await install(home, ["--prefix", home, `${name}@${version}`]);
  const bin = join(home, "node_modules", name, "bin");
  const { stdout } = await run(join(bin, "node"), ["--version"]);
  expect(stdout.trim()).to.equal(`v${version}`);
  return bin;
}
