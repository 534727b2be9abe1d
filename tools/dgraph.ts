import { goBuild, type GoProgram, goVersionFor } from "./goBuild";
import { type PrepareOptions, prepareTool } from "./prepareTool";
import type { FoundTool, Supply, Tool } from "./tool";

const version = "25.4.0";

const program: GoProgram = {
  module: "dgraph",
  package: "github.com/dgraph-io/dgraph/v25/dgraph",
  version: `v${version}`,
  executable: "dgraph",
  versionVariable: "github.com/dgraph-io/dgraph/v25/x.dgraphVersion",
  change: {
    module: "github.com/dgraph-io/dgraph/v25",
    file: "x/server.go",
    // With TLS, Dgraph still takes a connection in plain HTTP whose first path begins so, and then every request on it.
    from: 'return strings.HasPrefix(path, "/health")',
    to: 'return strings.HasPrefix(path, "/health") && false',
  },
  takes: "about 2 minutes",
};

/** Builds Dgraph from the pinned Go module. */
export const dgraphBuild: Supply = {
  source: "build",
  remedy: `install Go ${goVersionFor([program])} or newer, with a module proxy in reach, and put it on PATH`,
  bring: (into, place) => goBuild(program, into, place),
};

const dgraph: Tool = {
  name: "dgraph-tls",
  title: "Dgraph",
  executable: "dgraph",
  companions: [],
  version,
  // What the local cloud bridges between the database and the cloud was measured on this major version.
  accepts: ">=25.0.0 <26",
  environment: {},
  supplies: [dgraphBuild],
};

/** Finds Dgraph on PATH or in the cache; else builds it into the cache. */
export function prepareDgraph(options: PrepareOptions = {}): Promise<FoundTool> {
  return prepareTool(dgraph, options);
}
