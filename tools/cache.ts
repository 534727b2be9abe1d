import { homedir } from "node:os";
import { join } from "node:path";

/** Where built tools are kept, outside every checkout. DGRAPHCLOUD_TOOLS_CACHE names another folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment["DGRAPHCLOUD_TOOLS_CACHE"];
  if (named !== undefined && named !== "") return named;
  const base = environment["XDG_CACHE_HOME"];
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".cache"), "pulumi-dgraphcloud");
}

/** The folder of one tool: a version and a platform do not get in each other's way. */
export function toolFolder(cache: string, name: string, version: string): string {
  return join(cache, `${name}-${version}-${process.platform}-${process.arch}`);
}

/** Says what takes a while, beside the real output. */
export function say(text: string): void {
  process.stderr.write(`tools: ${text}\n`);
}
