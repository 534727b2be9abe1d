import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { promisify } from "node:util";

const versionTimeoutMs = 60_000;

/** The file name of a program on this platform. */
export function executableName(program: string): string {
  return process.platform === "win32" ? `${program}.exe` : program;
}

/** The absolute paths of all executables of this name, in the order of the folders. */
export function findExecutables(program: string, folders: readonly string[]): string[] {
  // On Windows the SDK's script is a batch file.
  const names = process.platform === "win32" ? [executableName(program), `${program}.cmd`] : [program];
  return folders.flatMap((folder) => names.map((name) => resolve(folder, name))).filter(isExecutable);
}

/** The folders of PATH. */
export function pathFolders(environment: NodeJS.ProcessEnv): string[] {
  return (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
}

/** PATH with other folders in front. */
export function pathWith(folders: readonly string[], environment: NodeJS.ProcessEnv): string {
  const before = pathFolders(environment).filter((folder) => !folders.includes(folder));
  return [...folders, ...before].join(delimiter);
}

/** The first complete version in a text, such as "3.245.0" in "v3.245.0\n". */
export function parseVersion(text: string): string | undefined {
  return /\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?/.exec(text)?.[0];
}

/** The version that an executable prints, or undefined when it prints none. */
export async function versionOf(
  executable: string,
  environment: NodeJS.ProcessEnv,
  argument = "version",
): Promise<string | undefined> {
  try {
    const options = { env: environment, timeout: versionTimeoutMs };
    return parseVersion((await promisify(execFile)(executable, [argument], options)).stdout);
  } catch {
    return undefined;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
