import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, cacheVariable, folderName } from "./cache";
import { examine, examineFolder } from "./examine";
import { findExecutables, pathFolders } from "./executables";
import { makeFolderOnce } from "./once";
import { type Say, sayOnStderr } from "./progress";
import type { FoundTool, Place, Source, Supply, Tool } from "./tool";

/** How a tool is looked for, where that differs from the usual. */
export interface PrepareOptions {
  /** Default: that of this process. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The ways to get the tool. Default: its own. */
  readonly supplies?: readonly Supply[] | undefined;
  /** Default: on standard error. */
  readonly say?: Say;
}

/** Finds a tool on PATH or in the cache; else installs or builds it into the cache. */
export async function prepareTool(
  wanted: Tool,
  { environment = process.env, supplies = wanted.supplies, say = sayOnStderr }: PrepareOptions = {},
): Promise<FoundTool> {
  const tool = { ...wanted, supplies };
  const place = { environment, say };
  const unfit: string[] = [];
  for (const executable of findExecutables(tool.executable, pathFolders(environment))) {
    const found = await examine(tool, executable, environment);
    if (typeof found !== "string") return { ...found, source: "PATH" };
    unfit.push(found);
  }
  const folder = join(cacheFolder(environment), folderName(tool.name, tool.version));
  const source = await makeFolderOnce(folder, (into) => supply(tool, into, unfit, place), say);
  const found = await examineFolder(tool, folder, environment);
  if (typeof found === "string") throw new Error(`${found}: remove ${folder} and try again`);
  return { ...found, source: source ?? "cache" };
}

/** Goes through the ways to get a tool until one leaves a tool that runs. */
async function supply(tool: Tool, into: string, unfit: readonly string[], place: Place): Promise<Source> {
  for (const problem of unfit) place.say(`not used: ${problem}`);
  const problems = [...unfit];
  for (const { source, bring } of tool.supplies) {
    try {
      await bring(into, place);
      const made = await examineFolder(tool, into, place.environment);
      if (typeof made !== "string") return source;
      problems.push(`${source}: ${made}`);
    } catch (error) {
      problems.push(`${source}: ${error instanceof Error ? error.message : String(error)}`);
    }
    await rm(into, { recursive: true, force: true });
    await mkdir(into);
  }
  throw new Error(unavailable(tool, problems, place));
}

function unavailable(tool: Tool, problems: readonly string[], place: Place): string {
  const folder = folderName(tool.name, tool.version);
  const programs = [tool.executable, ...tool.companions].join(" and ");
  return [
    `There is no usable ${tool.title} on this machine, and none could be had:`,
    ...problems.map((problem) => `- ${problem}`),
    "Any one of these helps:",
    `- install the ${tool.title}${tool.accepts === undefined ? "" : ` (version ${tool.accepts})`} as its documentation says, and put it on PATH;`,
    ...tool.supplies.map(({ remedy }) => `- ${remedy};`),
    `- copy the folder ${folder}, with ${programs} in it, from a like machine into ${cacheFolder(place.environment)};`,
    `- or set ${cacheVariable} to a folder that holds ${folder}.`,
  ].join("\n");
}
