/**
 * The settings of npm run test:plugin: the tests that run once more on the plugin, the longest first. DGRAPHCLOUD_TEST_HOST chooses the host. An
 * engine test chooses its hosts itself.
 */
const spec = [
  "model/model",
  "lifecycle/restore",
  "faults/matrix",
  "lifecycle/backend",
  "faults/cluster/matrix",
  "lifecycle/graphqlSchema",
  "lifecycle/dataDrop",
  "faults/largeSchema",
  "model/forgotten",
  "model/longRestore",
  "model/pauses",
  "model/regressions",
  "unit/actionRecords",
  "unit/clusterActions",
  "unit/dynamic",
].map((name) => `test/${name}.test.ts`);

module.exports = { ...require("../.mocharc.json"), parallel: true, jobs: 2, spec };
