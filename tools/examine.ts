import { dirname, join } from "node:path";
import { satisfies } from "semver";
import { findExecutables, pathFolders, versionOf } from "./executables";
import type { FoundTool, Tool } from "./tool";

/** A tool that runs, or why it is none. */
export type Finding = Omit<FoundTool, "source"> | string;

/** Runs an executable from PATH to see whether it is the tool in a version that fits, with all that it needs. */
export function examine(tool: Tool, executable: string, environment: NodeJS.ProcessEnv): Promise<Finding> {
  const folders = [dirname(executable), ...pathFolders(environment)];
  return run(tool, { executable, versions: tool.accepts, folders }, environment);
}

/** Runs what was installed or built into a folder: it must be whole, whatever is on PATH today. */
export async function examineFolder(tool: Tool, folder: string, environment: NodeJS.ProcessEnv): Promise<Finding> {
  const [executable] = findExecutables(tool.executable, [join(folder, "bin"), folder]);
  if (executable === undefined) return `${folder} holds no ${tool.executable}`;
  return run(tool, { executable, versions: tool.version, folders: [dirname(executable)] }, environment);
}

interface Candidate {
  readonly executable: string;
  /** The versions that fit; undefined for a tool on PATH that cannot print its version. */
  readonly versions: string | undefined;
  /** Where its companions may be. */
  readonly folders: readonly string[];
}

async function run(tool: Tool, candidate: Candidate, environment: NodeJS.ProcessEnv): Promise<Finding> {
  const { executable, versions, folders } = candidate;
  const companions: string[] = [];
  for (const name of tool.companions) {
    const [companion] = findExecutables(name, folders);
    if (companion === undefined) return `${executable} has no ${name} with it`;
    companions.push(companion);
  }
  if (tool.accepts === undefined || versions === undefined)
    return { executable, version: versions ?? "unknown", companions };
  const version = await versionOf(executable, { ...environment, ...tool.environment }, tool.versionArgument);
  if (version === undefined)
    return `${executable} does not tell ${tool.versionOf === undefined ? "its version" : `the version of ${tool.versionOf}`}`;
  // A development build of a later version fits as well.
  const fits = satisfies(version, versions, { includePrerelease: true });
  return fits ? { executable, version, companions } : `${executable} is version ${version}, not ${versions}`;
}
