import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";

const root = resolve(__dirname, "../..");
const backend = '{ zone: "us-east-1", deploymentType: "free" }';

/** Arguments for each public resource class. */
const resources: Readonly<Record<string, string>> = {
  Backend: `new sdk.Backend("r", ${backend})`,
  "Backend.get": 'sdk.Backend.get("r", "0x42")',
  DataDrop: 'new sdk.DataDrop("r", { backend: "0x42", allData: true })',
  Restore: 'new sdk.Restore("r", { target: "0x42", source: "0x43" })',
  Provider: 'new sdk.Provider("r", { token: "x" })',
};

describe("the check that the package is installed for the folder of the program", function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = makeTemporaryFolder("install");
    mkdirSync(join(folder, "app", "src"), { recursive: true });
    writeFileSync(join(folder, "app", "package.json"), "{}");
  });
  after(() => {
    removeFolder(folder);
  });

  /** What a program prints that runs in a folder. `engine` makes the process look as the engine's language host starts it. */
  function run(cwd: string, statements: string): { said: string; errors: string } {
    const text = `
      const pulumi = require(${JSON.stringify(join(root, "node_modules", "@pulumi", "pulumi"))});
      const load = () => require(${JSON.stringify(join(root, "sdk", "index.ts"))});
      const engine = () => pulumi.runtime.resetOptions("p", "s", -1, "127.0.0.1:9", "127.0.0.1:9", true, "");
      ${statements}
    `;
    const tsx = pathToFileURL(join(root, "node_modules", "tsx", "dist", "loader.mjs")).href;
    const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", tsx, "-e", text], {
      cwd,
      env,
      encoding: "utf8",
    });
    return { said: stdout.trim(), errors: stderr.trim() };
  }

  it("fails in each resource before anything is registered, and names the folder of its package.json", () => {
    const cwd = join(folder, "app", "src");
    const { said, errors } = run(
      cwd,
      `
        engine();
        const sdk = load();
        const registered = [];
        pulumi.runtime.getMonitor().registerResource = (request) => registered.push(request.getName());
        const made = { ${Object.entries(resources)
          .map(([name, text]) => `"${name}": () => ${text}`)
          .join(", ")} };
        const said = Object.entries(made).map(([name, make]) => {
          try {
            make();
            return [name, "made"];
          } catch (error) {
            return [name, pulumi.RunError.isInstance(error), error.message];
          }
        });
        setImmediate(() => console.log(JSON.stringify({ said, registered })));
      `,
    );
    expect(errors).to.equal("");
    const message =
      `pulumi-dgraphcloud is not installed for ${cwd}, the folder of the program: the engine loads the provider from there, ` +
      "and a copy inside a library or a bundle does not count.\n" +
      `In ${join(folder, "app")}, run: npm install pulumi-dgraphcloud (or pnpm add pulumi-dgraphcloud, or yarn add pulumi-dgraphcloud), ` +
      "in the version that the program uses.\n" +
      "See DGC109: node_modules/pulumi-dgraphcloud/docs/troubleshooting.md#dgc109";
    expect(JSON.parse(said)).to.deep.equal({
      said: Object.keys(resources).map((name) => [name, true, message]),
      registered: [],
    });
  });

  it("is not made for the plugin, which the engine does not load from there", () => {
    const { said, errors } = run(
      join(folder, "app", "src"),
      `
        engine();
        const sdk = require(${JSON.stringify(join(root, "sdk", "plugin.ts"))});
        const made = [${Object.values(resources).join(", ")}];
        console.log(made.length);
        process.exit();
      `,
    );
    expect(said, errors).to.equal(String(Object.keys(resources).length));
  });

  for (const [when, cwd, statements] of [
    [
      "it is installed there, although the program changes its folder",
      root,
      "engine(); const sdk = load(); process.chdir('/');",
    ],
    ["the engine did not start the process, as with the Automation API", "/", "const sdk = load(); engine();"],
    ["it is a unit test, which has mocks", "/", "engine(); const sdk = load(); mock();"],
  ] as const) {
    it(`passes when ${when}`, () => {
      const mock = `function mock() {
        pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
      }`;
      const { said, errors } = run(
        cwd,
        `${mock} ${statements} new sdk.Backend("r", ${backend}); console.log("made"); process.exit();`,
      );
      expect(said, errors).to.equal("made");
    });
  }
});
