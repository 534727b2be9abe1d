import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { coerce } from "semver";

const extension = process.platform === "win32" ? ".exe" : "";

/** The first executable of this name in the folders, or undefined. */
export function findExecutable(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, `${name}${extension}`)).find(isExecutable);
}

export function pathFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  return (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
}

/** The version an executable tells with the argument `version`, or undefined when it tells none. */
export async function versionOf(executable: string): Promise<string | undefined> {
  try {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout } = await promisify(execFile)(executable, ["version"], { env, timeout: 60_000 });
    return coerce(stdout.trim(), { includePrerelease: true })?.version;
  } catch {
    return undefined;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
