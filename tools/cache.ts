import { homedir } from "node:os";
import { join } from "node:path";

/** The variable that names another folder for the tools. */
export const cacheVariable = "DGRAPHCLOUD_TOOLS_CACHE";

/** Where installed and built tools are kept, outside every checkout. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const named = environment[cacheVariable];
  if (named !== undefined && named !== "") return named;
  const base = environment["XDG_CACHE_HOME"];
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".cache"), "pulumi-dgraphcloud");
}

/** The name of a tool's folder in the cache: versions and platforms do not get in each other's way. */
export function folderName(tool: string, version: string): string {
  return `${tool}-${version}-${process.platform}-${process.arch}`;
}
