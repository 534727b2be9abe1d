import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { expect } from "chai";
import { Stack, succeeds } from "../harness/engineStack";
import type { HostName } from "../harness/testedHost";

const dist = resolve(__dirname, "../../dist");

/** The file of the provider that each host loads. */
const bundles: Readonly<Record<HostName, string>> = {
  dynamic: "provider/index.js",
  plugin: "provider/host/plugin/index.js",
};

/** Its parts, which the run below needs: it sends requests, and it has a schema. */
const parts = ["provider/api/nodeFetch.js", "provider/schema/grading/index.js"];

describe("engine: the files of the package that a run loads", function () {
  this.timeout(120_000);
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start({ provisioningMs: 0 });
  });
  afterEach(() => stack.close());

  for (const host of ["dynamic", "plugin"] as const)
    it(`are one bundle with its parts in the process of the provider, and the entry with the shared file in the program, on the host ${host}`, async () => {
      const [hook, record] = [join(stack.folder, "hook.cjs"), join(stack.folder, "loaded.txt")];
      writeFileSync(
        hook,
        `const { _extensions: loaders } = require("node:module");
         const load = loaders[".js"];
         loaders[".js"] = (module, file) => {
           if (file.startsWith(${JSON.stringify(dist + sep)}))
             require("node:fs").appendFileSync(${JSON.stringify(record)}, process.pid + " " + file + "\\n");
           load(module, file);
         };`,
      );
      stack.environment["NODE_OPTIONS"] = `--require ${hook}`;
      stack.use(host);
      stack.program(`
        const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated" });
        new dgraphcloud.GraphqlSchema("orders-schema", { backend: orders, schema: "type A { name: String }" });
      `);
      await succeeds(stack.up());
      expect(stack.local.cloud.all()).to.have.length(1);
      const processes = new Map<string, string[]>();
      for (const line of readFileSync(record, "utf8").trim().split("\n")) {
        const [, pid = "", file = ""] = /^(\d+) (.*)$/.exec(line) ?? [];
        processes.set(pid, [...(processes.get(pid) ?? []), relative(dist, file).replaceAll(sep, "/")]);
      }
      const found = [...processes.values()];
      const isProgram = (files: readonly string[]): boolean => files.includes("sdk/index.js");
      const programs = found.filter(isProgram);
      expect(programs).to.have.length(1);
      const entry = host === "plugin" ? ["sdk/plugin.js"] : [];
      expect(programs.flat()).to.have.members([...entry, "sdk/index.js", "sdk/shared.js"]);
      const providers = found.filter((files) => !isProgram(files));
      expect(providers).not.to.have.length(0);
      for (const files of providers) expect(files).to.have.members([bundles[host], ...parts]);
    });
});
