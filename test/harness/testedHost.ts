/** What runs the resources of a program: the engine's host of dynamic providers, or the plugin of this package. */
export type HostName = "dynamic" | "plugin";

/** The host of every test that chooses none. `DGRAPHCLOUD_TEST_HOST=plugin npx mocha …` runs a test on the plugin. */
export const testedHost: HostName = process.env["DGRAPHCLOUD_TEST_HOST"] === "plugin" ? "plugin" : "dynamic";
