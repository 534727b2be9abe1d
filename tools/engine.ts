import { lookup } from "node:dns/promises";
import { chmod, copyFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { gte } from "semver";
import { cacheFolder, say, toolFolder } from "./cache";
import { goBuild, type GoProgram } from "./goBuild";
import { makeFolderOnce } from "./once";
import { findExecutable, pathFolders, versionOf } from "./path";

/** The real Pulumi engine with its Node language host. */
export interface Engine {
  /** The `pulumi` executable. */
  readonly pulumi: string;
  readonly version: string;
  /** Where it was found. */
  readonly source: "PATH" | "cache";
  /** PATH with which it finds its language host. */
  readonly path: string;
}

/** How an engine comes into an empty cache; a test puts in its own. */
export type Supply = (into: string) => Promise<void>;

const oldestVersion = "3.216.0";
const pinnedVersion = "3.245.0";

const programs: readonly GoProgram[] = [
  {
    module: "engine",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    version: `v${pinnedVersion}`,
    binary: "pulumi",
    versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
    takes: "about 4 minutes",
  },
  {
    module: "language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    // The last version that is a package of the SDK's Go module.
    version: "v3.68.0",
    binary: "pulumi-language-nodejs",
    takes: "about 20 seconds",
  },
];

/** Finds the engine on PATH or in the cache; else installs or builds it into the cache. */
export async function prepareEngine(
  environment: NodeJS.ProcessEnv = process.env,
  supplies: readonly Supply[] = [install, build],
): Promise<Engine> {
  const folders = pathFolders(environment);
  const onPath = await engineIn(folders, "PATH", environment);
  if (onPath !== undefined) return onPath;
  const folder = toolFolder(cacheFolder(environment), "engine", pinnedVersion);
  await makeFolderOnce(folder, (into) => supply(into, supplies));
  const cached = await engineIn([join(folder, "bin"), folder], "cache", environment);
  if (cached !== undefined) return cached;
  throw new Error(`the Pulumi engine in ${folder} does not run: remove that folder and try again`);
}

async function engineIn(
  folders: readonly string[],
  source: Engine["source"],
  environment: NodeJS.ProcessEnv,
): Promise<Engine | undefined> {
  const pulumi = findExecutable("pulumi", folders);
  if (pulumi === undefined) return undefined;
  const path = [dirname(pulumi), ...pathFolders(environment)];
  if (findExecutable("pulumi-language-nodejs", path) === undefined) return undefined;
  const version = await versionOf(pulumi);
  return version !== undefined && gte(version, oldestVersion)
    ? { pulumi, version, source, path: path.join(delimiter) }
    : undefined;
}

async function supply(into: string, supplies: readonly Supply[]): Promise<void> {
  const problems: string[] = [];
  for (const attempt of supplies) {
    try {
      await attempt(into);
      return;
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    [
      `There is no Pulumi engine, and none could be had (${problems.join("; ")}). Any one of these helps:`,
      `- install Pulumi ${oldestVersion} or newer as its documentation says, and put it on PATH;`,
      "- install Go, so that it can be built from source (its module proxy must be reachable);",
      "- set DGRAPHCLOUD_TOOLS_CACHE to the cache of a machine that has built it.",
    ].join("\n"),
  );
}

/** The engine's own installer, through the SDK. Leaves at once where its site cannot be reached. */
async function install(into: string): Promise<void> {
  try {
    await lookup("get.pulumi.com");
  } catch (cause) {
    throw new Error("its installer cannot be reached", { cause });
  }
  say(`installing the Pulumi engine ${pinnedVersion}`);
  await PulumiCommand.install({ root: into });
}

async function build(into: string): Promise<void> {
  for (const program of programs) await goBuild(program, into);
  // The engine's releases hold this script beside the engine; the SDK brings it along.
  const script = "pulumi-resource-pulumi-nodejs";
  await copyFile(join(dirname(require.resolve("@pulumi/pulumi/package.json")), script), join(into, script));
  await chmod(join(into, script), 0o755);
}
