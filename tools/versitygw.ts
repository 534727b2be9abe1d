import { goBuild, type GoProgram, goVersionFor } from "./goBuild";
import { type PrepareOptions, prepareTool } from "./prepareTool";
import type { FoundTool, Supply, Tool } from "./tool";

const version = "1.8.0";

const program: GoProgram = {
  module: "versitygw",
  package: "github.com/versity/versitygw/cmd/versitygw",
  version: `v${version}`,
  executable: "versitygw",
  versionVariable: "main.Version",
  takes: "about a minute",
};

const build: Supply = {
  source: "build",
  remedy: `install Go ${goVersionFor([program])} or newer, with a module proxy in reach, and put it on PATH`,
  bring: (into, place) => goBuild(program, into, place),
};

const versitygw: Tool = {
  name: "versitygw",
  title: "VersityGW",
  executable: "versitygw",
  companions: [],
  version,
  versionArgument: "--version",
  accepts: ">=1.8.0 <2",
  environment: {},
  supplies: [build],
};

/** Finds the S3 server of the tests, which keeps its objects in a folder, on PATH or in the cache; else builds it into the cache. */
export function prepareVersitygw(options: PrepareOptions = {}): Promise<FoundTool> {
  return prepareTool(versitygw, options);
}
