import { chmod, copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findExecutables, pathFolders, pathWith } from "./executables";
import { goBuild, type GoProgram, goVersionFor } from "./goBuild";
import { pulumiInstaller } from "./installer";
import { type PrepareOptions, prepareTool } from "./prepareTool";
import type { Source, Supply, Tool } from "./tool";

/** The real Pulumi engine with its Node language host. */
export interface Engine {
  /** Absolute path of the `pulumi` executable. */
  readonly pulumi: string;
  readonly version: string;
  readonly source: Source;
  /** Absolute path of the `pulumi-language-nodejs` executable. */
  readonly languageHost: string;
  /** The folders of both, and of what runs dynamic providers. */
  readonly binDirs: readonly string[];
  /** PATH on which they are the first of their names. */
  readonly path: string;
  /** Variables to run it with, PATH among them. */
  readonly env: Readonly<Record<string, string>>;
}

/** The engines that are installed or built: the one for everything, and an old one that users still have. */
export const engineVersions = { newest: "3.274.1", oldest: "3.245.0" } as const;
export type EngineAge = keyof typeof engineVersions;

export interface EngineOptions extends PrepareOptions {
  /** Exactly this version. Without it any engine on PATH that is new enough is taken. */
  readonly exactly?: EngineAge;
}

const languageHostProgram: GoProgram = {
  module: "language-nodejs",
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  // The last version that is a package of the SDK's Go module.
  version: "v3.68.0",
  executable: "pulumi-language-nodejs",
  takes: "about 20 seconds",
};

function programsOf(age: EngineAge): readonly GoProgram[] {
  const engine: GoProgram = {
    module: age === "newest" ? "engine" : "engine-oldest",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    version: `v${engineVersions[age]}`,
    executable: "pulumi",
    versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
    takes: "about 4 minutes",
  };
  return [engine, languageHostProgram];
}

/** Runs the dynamic providers of Node programs. The engine's releases hold it beside the engine; the SDK brings it along. */
const providerScript = "pulumi-resource-pulumi-nodejs";

/** Builds the engine and its language host from the pinned Go modules. */
export function engineBuild(age: EngineAge = "newest"): Supply {
  const programs = programsOf(age);
  return {
    source: "build",
    remedy: `install Go ${goVersionFor(programs)} or newer, with a module proxy in reach, and put it on PATH`,
    async bring(into, place) {
      for (const program of programs) await goBuild(program, into, place);
      const script = process.platform === "win32" ? `${providerScript}.cmd` : providerScript;
      await copyFile(join(dirname(require.resolve("@pulumi/pulumi/package.json")), script), join(into, script));
      await chmod(join(into, script), 0o755);
    },
  };
}

function engineTool(exactly: EngineAge | undefined): Tool {
  const age = exactly ?? "newest";
  const version = engineVersions[age];
  return {
    name: "engine",
    title: "Pulumi engine",
    executable: "pulumi",
    companions: ["pulumi-language-nodejs", providerScript],
    version,
    accepts: exactly === undefined ? ">=3.216.0 <4" : version,
    environment: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    supplies: [pulumiInstaller(version), engineBuild(age)],
  };
}

/** Finds the engine on PATH or in the cache; else installs or builds it into the cache. */
export async function prepareEngine(options: EngineOptions = {}): Promise<Engine> {
  const { environment = process.env, exactly } = options;
  const tool = engineTool(exactly);
  const found = await prepareTool(tool, options);
  const [languageHost = found.executable] = found.companions;
  const binDirs = [...new Set([found.executable, ...found.companions].map((file) => dirname(file)))];
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
    env: { ...tool.environment, PATH: path },
  };
}
