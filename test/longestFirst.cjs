const { readdirSync } = require("node:fs");
const { sep } = require("node:path");

/**
 * Test files that take a minute or more on two cores, the longest first. Mocha starts files in the given order: with a long one at the
 * end, the other processes would have nothing to do for minutes.
 */
const longest = [
  "crash/crash",
  "engine/examples",
  "engine/howTo",
  "secrets/audit",
  "model/model",
  "package/versions",
  "engine/actions",
  "faults/matrix",
  "lifecycle/restore",
  "dgraph/pullRequest",
  "lifecycle/backend",
  "engine/backend",
  "engine/languages",
  "engine/gitlab",
  "dgraph/lifetime",
  "engine/pluginPages",
  "engine/policy",
  "cluster/single",
  "cluster/replicas",
  "faults/cluster/matrix",
  "faults/engine",
  "engine/summary",
  "engine/schema",
  "engine/safety",
  "crash/cluster",
  "package/consumer",
  "dgraph/actions",
  "cluster/secured",
  "dgraph/grades",
  "engine/nightlyWorkflows",
  "cluster/sameProgram",
  "dgraph/schema",
  "package/layouts",
  "dgraph/killed",
  "engine/environment",
  "dgraph/restore",
  "facts/facts",
  "engine/pullRequestEnvironment",
].map((name) => `${name}.test.ts`);

const files = readdirSync("test", { recursive: true })
  .map((path) => path.split(sep).join("/"))
  .filter((path) => path.endsWith(".test.ts"))
  .sort();
const missing = longest.filter((path) => !files.includes(path));
if (missing.length > 0) throw new Error(`test/longestFirst.cjs names files that do not exist: ${missing.join(", ")}`);

/** The settings of npm run test:all. Most files wait for other processes half of the time, so there are more jobs than cores. */
module.exports = {
  ...require("../.mocharc.json"),
  parallel: true,
  jobs: 4,
  spec: [...new Set([...longest, ...files])].map((path) => `test/${path}`),
};
