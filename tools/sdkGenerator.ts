import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { goBuild, type GoProgram, goVersionFor } from "./goBuild";
import { type PrepareOptions, prepareTool } from "./prepareTool";
import type { FoundTool, Supply, Tool } from "./tool";

/** Of Pulumi's generators, which `sdks/go.mod` pins, and of our program around them: a change of it is another version. */
const version = `3.245.0-main.${hashOf(join(__dirname, "sdks/main.go"))}`;

const program: GoProgram = {
  module: "sdks",
  package: ".",
  version: `v${version}`,
  executable: "pulumi-sdks",
  versionVariable: "main.version",
  takes: "about a minute",
};

const build: Supply = {
  source: "build",
  remedy: `install Go ${goVersionFor([program])} or newer, with a module proxy in reach, and put it on PATH`,
  bring: (into, place) => goBuild(program, into, place),
};

const generator: Tool = {
  name: "sdks",
  title: "generator of SDKs",
  executable: "pulumi-sdks",
  companions: [],
  version,
  accepts: version,
  environment: {},
  supplies: [build],
};

/** The languages for which SDKs are generated: each is a folder. */
export const sdkLanguages = ["nodejs", "python", "go"] as const;

/** Finds the program that generates SDKs in the cache; else builds it into the cache. */
export function prepareSdkGenerator(options: PrepareOptions = {}): Promise<FoundTool> {
  return prepareTool(generator, options);
}

/** Generates the SDKs from a package schema, into a folder for each language in `into`. What was in them is removed. */
export async function generateSdks(schema: string, into: string, options: PrepareOptions = {}): Promise<void> {
  if (!existsSync(schema))
    throw new Error(`There is no ${schema}: run npm run build, which writes the package schema.`);
  const { executable } = await prepareSdkGenerator(options);
  for (const language of sdkLanguages) await rm(join(into, language), { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  await promisify(execFile)(executable, [schema, into]);
}

/** Letters, so that it is part of a version in each of its forms. */
function hashOf(file: string): string {
  const digest = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 8);
  return digest.replace(/\d/g, (digit) => "ghijklmnop".charAt(Number(digit)));
}
