import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import * as pulumi from "./pulumi";
import { pointerTo } from "../provider/errors/codes";
import { underMocks } from "./mocks";

const name = "pulumi-dgraphcloud";

/**
 * The folder of the program, from which the engine's host loads the provider as `delegate` says: the working folder, taken
 * before the program can change it. None when the engine did not start this process: the host's folder is not known then.
 */
const programFolder = pulumi.getMonitor() === undefined ? undefined : process.cwd();

let isFound = false;

/**
 * Stops a program that has this package from elsewhere (a library of a workspace, a bundle), before it registers anything:
 * the engine's host could not load the provider, and would say so with the stack of a file that the user never wrote.
 */
export function requireInstalled(): void {
  if (programFolder === undefined || isFound || underMocks()) return;
  isFound = isInstalled(programFolder);
  if (isFound) return;
  const folder = manifestFolder(programFolder);
  throw new pulumi.RunError(
    `${name} is not installed for ${programFolder}, the folder of the program: the engine loads the provider from there, ` +
      `and a copy inside a library or a bundle does not count.\n` +
      `In ${folder}, run: npm install ${name} (or pnpm add ${name}, or yarn add ${name}), in the version that the program uses.\n` +
      `See ${pointerTo("DGC109")}`,
  );
}

/**
 * Lets the engine's host find this package when a program of the Automation API was started from a folder without it: the
 * engine, which this process starts, inherits the environment, and Node looks into the folders of NODE_PATH last.
 */
function offerToChildren(): void {
  // A bundle in the form of an ES module has no file name of this kind.
  if (typeof __filename === "undefined") return;
  const own = modulesFolder(name, __filename);
  const pulumis = modulesFolder("@pulumi/pulumi", __filename);
  if (own === undefined || pulumis === undefined) return;
  const before = process.env["NODE_PATH"]?.split(delimiter).filter((folder) => folder !== "") ?? [];
  process.env["NODE_PATH"] = [...new Set([...before, own, pulumis])].join(delimiter);
}

/** The folder in which a package stands under its own name. */
function modulesFolder(one: string, from: string): string | undefined {
  try {
    const manifest = createRequire(from).resolve(`${one}/package.json`);
    const folder = join(dirname(manifest), ...one.split("/").map(() => ".."));
    return existsSync(join(folder, one, "package.json")) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a folder or one above it has this package. A package does not count as installed for itself, since the engine's host does not find it. */
function isInstalled(folder: string): boolean {
  const folders = createRequire(join(folder, "x.js")).resolve.paths(name) ?? [];
  return folders.some((one) => existsSync(join(one, name, "package.json")));
}

/** The nearest folder upward that has a package.json: package managers install there. */
function manifestFolder(folder: string): string {
  for (let one = folder; dirname(one) !== one; one = dirname(one)) {
    if (existsSync(join(one, "package.json"))) return one;
  }
  return folder;
}

if (programFolder === undefined) offerToChildren();
