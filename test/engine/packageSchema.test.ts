import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { type Engine, engineVersions, prepareEngine } from "../../tools/engine";
import { failure } from "../harness/errors";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";

const root = resolve(__dirname, "../..");
const built = join(root, "dist/provider/host/plugin/schema.json");
const run = promisify(execFile);

describe("the package schema that the build writes", () => {
  let folder: string;
  before(() => (folder = makeTemporaryFolder("schema")));
  after(() => {
    removeFolder(folder);
  });

  const check = (engine: Engine, file: string): Promise<unknown> =>
    run(engine.pulumi, ["schema", "check", file], { env: { ...process.env, ...engine.env, PULUMI_HOME: folder } });

  for (const exactly of ["newest", "oldest"] as const)
    it(`passes the check of engine ${engineVersions[exactly]}`, async () => {
      const engine = await prepareEngine({ exactly });
      await check(engine, built);
    });

  it("would fail that check with a type that does not exist", async () => {
    const broken = join(folder, "schema.json");
    writeFileSync(
      broken,
      readFileSync(built, "utf8").replaceAll(
        "#/types/dgraphcloud:index:BackendTimeouts",
        "#/types/dgraphcloud:index:Nothing",
      ),
    );
    expect(await failure(prepareEngine().then((engine) => check(engine, broken)))).to.include("Nothing");
  });
});
