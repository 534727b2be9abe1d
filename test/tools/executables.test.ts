import { homedir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { cacheFolder, folderName } from "../../tools/cache";
import { findExecutables, parseVersion, pathWith, versionOf } from "../../tools/executables";
import { Sandbox } from "../harness/sandbox";

describe("executables", () => {
  let sandbox: Sandbox;
  beforeEach(() => (sandbox = new Sandbox()));
  afterEach(() => {
    sandbox.remove();
  });

  const versions: readonly (readonly [string, string | undefined])[] = [
    ["v3.245.0\n", "3.245.0"],
    ["3.216.0", "3.216.0"],
    ["v3.246.0-alpha.x1+dirty", "3.246.0-alpha.x1+dirty"],
    ["Dgraph version   : v25.0.0\nGo version : go1.26.8", "25.0.0"],
    ["", undefined],
    ["version 3", undefined],
  ];
  for (const [text, version] of versions) {
    it(`reads ${version ?? "no version"} from ${JSON.stringify(text)}`, () => {
      expect(parseVersion(text)).to.equal(version);
    });
  }

  it("finds executables in the order of the folders, and no folders or plain files", () => {
    const first = sandbox.script("a/tool", "exit 0");
    const second = sandbox.script("b/tool", "exit 0");
    sandbox.script("c/tool/inner", "exit 0");
    const folders = ["none", "c", "a", "b"].map((name) => join(sandbox.folder, name));
    expect(findExecutables("tool", folders)).to.deep.equal([first, second]);
  });

  it("returns no version of an executable that fails or is missing", async () => {
    expect(await versionOf(sandbox.script("fails", "echo v1.2.3; exit 1"), {})).to.equal(undefined);
    expect(await versionOf(join(sandbox.folder, "absent"), {})).to.equal(undefined);
  });

  it("puts folders in front of PATH, each once", () => {
    expect(pathWith(["/b", "/n"], { PATH: "/a::/b:/c" })).to.equal("/b:/n:/a:/c");
  });

  it("uses the cache folder of the setting, otherwise the user's cache", () => {
    expect(cacheFolder({ DGRAPHCLOUD_TOOLS_CACHE: "/x", XDG_CACHE_HOME: "/y" })).to.equal("/x");
    expect(cacheFolder({ DGRAPHCLOUD_TOOLS_CACHE: "", XDG_CACHE_HOME: "/y" })).to.equal("/y/pulumi-dgraphcloud");
    expect(cacheFolder({})).to.equal(join(homedir(), ".cache", "pulumi-dgraphcloud"));
    expect(folderName("engine", "3.245.0")).to.equal(`engine-3.245.0-${process.platform}-${process.arch}`);
  });
});
