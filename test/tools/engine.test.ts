import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { folderName } from "../../tools/cache";
import { type EngineOptions, engineVersions, prepareEngine } from "../../tools/engine";
import type { Supply } from "../../tools/tool";
import { Sandbox } from "../harness/sandbox";
import { failure } from "../harness/errors";

describe("prepareEngine", () => {
  const { newest, oldest } = engineVersions;
  const pinned = folderName("engine", newest);
  let sandbox: Sandbox;
  beforeEach(() => (sandbox = new Sandbox()));
  afterEach(() => {
    sandbox.remove();
  });

  const prepare = (
    folders: readonly string[],
    supplies: readonly Supply[] = [],
    options: EngineOptions = {},
  ): ReturnType<typeof prepareEngine> =>
    prepareEngine({ environment: sandbox.environment(...folders), supplies, say: sandbox.say, ...options });

  it("uses an engine on PATH with its language host, without a message", async () => {
    const pulumi = sandbox.pulumi("a", "3.216.0");
    const languageHost = sandbox.languageHost("b");
    sandbox.pulumi(join("cache", pinned), newest);
    const engine = await prepare(["a", "b"]);
    const { PATH, ...others } = engine.env;
    expect(engine).to.include({ pulumi, languageHost, version: "3.216.0", source: "PATH" });
    expect(engine.binDirs).to.deep.equal([join(sandbox.folder, "a"), join(sandbox.folder, "b")]);
    expect(PATH).to.equal(engine.path);
    expect(others).to.deep.equal({ PULUMI_SKIP_UPDATE_CHECK: "true" });
    expect(sandbox.said).to.deep.equal([]);
  });

  it("keeps the order of a PATH that already finds the engine", async () => {
    sandbox.pulumi("b", "3.300.0");
    sandbox.languageHost("b");
    expect((await prepare(["a", "b"])).path).to.equal(sandbox.environment("a", "b")["PATH"]);
  });

  it("uses the first suitable engine on PATH, and puts it before the others", async () => {
    sandbox.pulumi("a", "3.215.9");
    sandbox.languageHost("a");
    const pulumi = sandbox.pulumi("b", "3.250.0-alpha.1");
    const engine = await prepare(["a", "b"]);
    expect(engine.pulumi).to.equal(pulumi);
    expect(engine.path.split(":")[0]).to.equal(join(sandbox.folder, "b"));
  });

  for (const version of ["3.100.0", "3.216.0-alpha.1", "4.0.0", "4.0.0-beta.1"]) {
    it(`skips version ${version} on PATH and uses the cache, without a message`, async () => {
      sandbox.pulumi("a", version);
      sandbox.languageHost("a");
      const pulumi = sandbox.pulumi(join("cache", pinned), newest);
      sandbox.languageHost(join("cache", pinned));
      const supply = sandbox.supply();
      const engine = await prepare(["a"], [supply]);
      expect(engine).to.include({ pulumi, version: newest, source: "cache" });
      expect(engine.path.split(":")[0]).to.equal(join(sandbox.cache, pinned));
      expect(supply.asked()).to.equal(0);
      expect(sandbox.said).to.deep.equal([]);
    });
  }

  it("skips an engine on PATH without its language host, and says so before it installs another", async () => {
    const lone = sandbox.pulumi("a", "3.245.0");
    const engine = await prepare(["a"], [sandbox.supply()]);
    expect(engine.source).to.equal("build");
    expect(sandbox.said).to.deep.equal([`not used: ${lone} has no pulumi-language-nodejs with it`]);
  });

  it("skips an engine on PATH without the plugin for dynamic providers, and says so before it installs another", async () => {
    const lone = sandbox.pulumi("a", newest);
    sandbox.script("a/pulumi-language-nodejs", "exit 0");
    const engine = await prepare(["a"], [sandbox.supply()]);
    expect(engine.source).to.equal("build");
    expect(sandbox.said).to.deep.equal([`not used: ${lone} has no pulumi-resource-pulumi-nodejs with it`]);
  });

  it("uses the plugin for dynamic providers from another folder on PATH", async () => {
    sandbox.pulumi("old", "3.1.0");
    sandbox.pulumi("a", newest);
    sandbox.script("a/pulumi-language-nodejs", "exit 0");
    sandbox.script("b/pulumi-resource-pulumi-nodejs", "exit 0");
    const { binDirs, path } = await prepare(["old", "a", "b"]);
    expect(binDirs).to.deep.equal([join(sandbox.folder, "a"), join(sandbox.folder, "b")]);
    expect(path.split(":").slice(0, 2)).to.deep.equal(binDirs);
  });

  it("uses only the requested version, from PATH or from the cache", async () => {
    for (const folder of ["a", join("cache", pinned)]) {
      sandbox.pulumi(folder, newest);
      sandbox.languageHost(folder);
    }
    const supply = sandbox.supply(oldest);
    const asked: EngineOptions = { exactly: "oldest" };
    expect(await prepare(["a"], [supply], asked)).to.include({ version: oldest, source: "build" });
    expect(await prepare(["a"], [supply], asked)).to.include({ version: oldest, source: "cache" });
    const pulumi = sandbox.pulumi("b", oldest);
    sandbox.languageHost("b");
    expect(await prepare(["a", "b"], [supply], asked)).to.include({ pulumi, version: oldest, source: "PATH" });
  });

  it("tries each supply once, in order", async () => {
    const failing: Supply = { ...sandbox.supply(), bring: () => Promise.reject(new Error("no way")) };
    const supplies = [sandbox.supply(newest, "installer"), sandbox.supply(newest, "build")];
    expect((await prepare([], [failing, ...supplies])).source).to.equal("installer");
    expect((await prepare([], [failing, ...supplies])).source).to.equal("cache");
    expect(supplies.map(({ asked }) => asked())).to.deep.equal([1, 0]);
  });

  it("finds executables that the installer puts into bin", async () => {
    const supply: Supply = {
      source: "installer",
      remedy: "",
      bring: async (into, place) => {
        mkdirSync(join(into, "bin"));
        await sandbox.supply().bring(join(into, "bin"), place);
      },
    };
    expect((await prepare([], [supply])).pulumi).to.equal(join(sandbox.cache, pinned, "bin", "pulumi"));
  });

  it("removes the files of a supply that failed or delivered another version", async () => {
    const half: Supply = {
      source: "installer",
      remedy: "",
      bring: (into) => {
        mkdirSync(join(into, "bin"));
        writeFileSync(join(into, "bin", "pulumi"), "half", { mode: 0o755 });
        return Promise.reject(new Error("lost the connection"));
      },
    };
    const { pulumi } = await prepare([], [half, sandbox.supply("3.244.0", "installer"), sandbox.supply()]);
    expect(pulumi).to.equal(join(sandbox.cache, pinned, "pulumi"));
    expect(existsSync(join(sandbox.cache, pinned, "bin"))).to.equal(false);
  });

  it("lists every attempt and every remedy when no engine is available", async () => {
    const old = sandbox.pulumi("a", "3.1.0");
    sandbox.languageHost("a");
    const failing: Supply = { ...sandbox.supply(), bring: () => Promise.reject(new Error("Go is not on PATH")) };
    const message = await failure(prepare(["a"], [sandbox.supply("3.244.0", "installer"), failing]));
    expect(message).to.include("There is no usable Pulumi engine on this machine");
    expect(message).to.include(`- ${old} is version 3.1.0, not >=3.216.0 <4`);
    expect(message).to.include(`is version 3.244.0, not ${newest}`).and.include("- build: Go is not on PATH");
    expect(message).to.include("install the Pulumi engine (version >=3.216.0 <4) as its documentation says");
    expect(message).to.include("- remedy of installer;").and.include("- remedy of build;");
    expect(message).to.include(`DGRAPHCLOUD_TOOLS_CACHE to a folder that holds ${pinned}`);
    expect(readdirSync(sandbox.cache)).to.deep.equal([]);
  });

  it("asks to remove a cached engine that does not run", async () => {
    sandbox.script(join("cache", pinned, "pulumi"), "exit 1");
    sandbox.languageHost(join("cache", pinned));
    const message = await failure(prepare([], [sandbox.supply()]));
    expect(message)
      .to.include("does not tell its version")
      .and.include(`remove ${join(sandbox.cache, pinned)}`);
  });

  it("needs the language host beside a cached engine, whatever is on PATH", async () => {
    sandbox.languageHost("a");
    const lone = sandbox.pulumi(join("cache", pinned), newest);
    const message = await failure(prepare(["a"], [sandbox.supply()]));
    expect(message).to.include(`${lone} has no pulumi-language-nodejs with it: remove `);
  });

  it("asks for another cache when this one is read-only", async () => {
    const file = sandbox.script("file", "");
    const environment = { PATH: "", DGRAPHCLOUD_TOOLS_CACHE: join(file, "below") };
    const message = await failure(prepareEngine({ environment, supplies: [sandbox.supply()], say: sandbox.say }));
    expect(message).to.include("cannot be written: set DGRAPHCLOUD_TOOLS_CACHE");
  });
});
