import { goBuild, type GoProgram, goVersionFor } from "./goBuild";
import { type PrepareOptions, prepareTool } from "./prepareTool";
import type { FoundTool, Supply, Tool } from "./tool";

const version = "1.7.12";

const program: GoProgram = {
  module: "actionlint",
  package: "github.com/rhysd/actionlint/cmd/actionlint",
  version: `v${version}`,
  executable: "actionlint",
  takes: "about 10 seconds",
};

const build: Supply = {
  source: "build",
  remedy: `install Go ${goVersionFor([program])} or newer, with a module proxy in reach, and put it on PATH`,
  bring: (into, place) => goBuild(program, into, place),
};

const actionlint: Tool = {
  name: "actionlint",
  title: "actionlint",
  executable: "actionlint",
  companions: [],
  version,
  versionArgument: "-version",
  // Another version knows other rules: the same workflow would pass on one machine and fail on the next.
  accepts: version,
  environment: {},
  supplies: [build],
};

/** Finds the linter for GitHub's workflows on PATH or in the cache; else builds it into the cache. */
export function prepareActionlint(options: PrepareOptions = {}): Promise<FoundTool> {
  return prepareTool(actionlint, options);
}
