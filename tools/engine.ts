import { chmod, copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findExecutables, pathFolders, pathWith } from "./executables";
import { goBuild, type GoProgram, goVersionFor } from "./goBuild";
import { pulumiInstaller } from "./installer";
import { prepareTool } from "./prepareTool";
import { type Say, sayOnStderr } from "./progress";
import type { Source, Supply, Tool } from "./tool";

/** The real Pulumi engine with its Node language host. */
export interface Engine {
  /** Absolute path of the `pulumi` executable. */
  readonly pulumi: string;
  readonly version: string;
  readonly source: Source;
  /** Absolute path of the `pulumi-language-nodejs` executable. */
  readonly languageHost: string;
  /** The folders of both. */
  readonly binDirs: readonly string[];
  /** PATH on which both are the first of their names. */
  readonly path: string;
  /** Variables to run it with, PATH among them. */
  readonly env: Readonly<Record<string, string>>;
}

export interface EngineOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly supplies?: readonly Supply[];
  readonly say?: Say;
}

const version = "3.245.0";

const programs: readonly GoProgram[] = [
  {
    module: "engine",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    version: `v${version}`,
    executable: "pulumi",
    versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
    takes: "about 4 minutes",
  },
  {
    module: "language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    // The last version that is a package of the SDK's Go module.
    version: "v3.68.0",
    executable: "pulumi-language-nodejs",
    takes: "about 20 seconds",
  },
];

/** Builds the engine and its language host from the pinned Go modules. */
export const engineBuild: Supply = {
  source: "build",
  remedy: `install Go ${goVersionFor(programs)} or newer, with a module proxy in reach, and put it on PATH`,
  async bring(into, place) {
    for (const program of programs) await goBuild(program, into, place);
    // The engine's releases hold this script beside the engine; the SDK brings it along.
    const script = "pulumi-resource-pulumi-nodejs";
    await copyFile(join(dirname(require.resolve("@pulumi/pulumi/package.json")), script), join(into, script));
    await chmod(join(into, script), 0o755);
  },
};

const engine: Tool = {
  name: "engine",
  title: "Pulumi engine",
  executable: "pulumi",
  companions: ["pulumi-language-nodejs"],
  version,
  accepts: ">=3.216.0 <4",
  environment: { PULUMI_SKIP_UPDATE_CHECK: "true" },
  supplies: [pulumiInstaller(version), engineBuild],
};

/** Finds the engine on PATH or in the cache; else installs or builds it into the cache. */
export async function prepareEngine(options: EngineOptions = {}): Promise<Engine> {
  const { environment = process.env, supplies = engine.supplies, say = sayOnStderr } = options;
  const found = await prepareTool({ ...engine, supplies }, { environment, say });
  const languageHost = found.companions[0] ?? found.executable;
  const binDirs = [...new Set([dirname(found.executable), dirname(languageHost)])];
  // A PATH that leads there already keeps its order, so that no other program in these folders shadows the user's.
  const [first] = findExecutables("pulumi", pathFolders(environment));
  const path = pathWith(first === found.executable ? [] : binDirs, environment);
  return {
    pulumi: found.executable,
    version: found.version,
    source: found.source,
    languageHost,
    binDirs,
    path,
    env: { ...engine.environment, PATH: path },
  };
}
