const { env } = require("node:process");

/**
 * The settings of npm run test:plugin: tests that run once more on the plugin, the longest first. DGRAPHCLOUD_TEST_HOST chooses the host. An
 * engine test chooses its hosts itself.
 */
const always = [
  "faults/cluster/matrix",
  "lifecycle/dataDrop",
  "model/pauses",
  "model/regressions",
  "unit/actionRecords",
  "unit/clusterActions",
  "unit/dynamic",
];

/** With PLUGIN_FILES=all, before a release: they take minutes, and prove on the plugin what they prove on the other host. */
const more = [
  "model/model",
  "lifecycle/restore",
  "faults/matrix",
  "lifecycle/backend",
  "lifecycle/graphqlSchema",
  "faults/largeSchema",
  "model/forgotten",
  "model/longRestore",
];

const names = env.PLUGIN_FILES === "all" ? [...more, ...always] : always;
const spec = names.map((name) => `test/${name}.test.ts`);

module.exports = { ...require("../.mocharc.json"), parallel: true, jobs: 2, spec };
