import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { GetSchemaRequest } from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import { packPlugin } from "../../tools/package";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";

const root = resolve(__dirname, "../..");

/** The tarball of `npm run package`. test/package/plugin.test.ts installs it. */
describe("the plugin in a tarball of its own", function () {
  this.timeout(120_000);
  let folder: string;
  let tarball: string;
  let running: ChildProcess | undefined;

  before(async () => {
    folder = makeTemporaryFolder("plugin");
    tarball = await packPlugin(folder);
    execFileSync("tar", ["-xzf", tarball, "-C", folder]);
  });
  afterEach(() => running?.kill("SIGKILL"));
  after(() => {
    removeFolder(folder);
  });

  /** Starts a file of the tarball where nothing but Node is found. Returns the process, and what it prints first. */
  async function start(command: string, ...args: string[]): Promise<{ child: ChildProcess; printed: string }> {
    const env = { PATH: dirname(process.execPath) };
    const child = spawn(command, args, { cwd: folder, env, stdio: ["pipe", "pipe", "pipe"] });
    running = child;
    let printed = "";
    child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    await Promise.race([
      once(child.stdout, "data").then(([chunk]) => (printed += (chunk as Buffer).toString())),
      once(child, "close"),
    ]);
    return { child, printed };
  }

  it("is named after its version, and has the executable, what it loads, and the licenses", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(tarball).to.equal(join(folder, `pulumi-resource-dgraphcloud-v${version}.tar.gz`));
    const lines = execFileSync("tar", ["-tvzf", tarball], { encoding: "utf8" }).trim().split("\n");
    const files = lines.map((line) => line.split(/\s+/)).map((words) => `${words[0] ?? ""} ${words.at(-1) ?? ""}`);
    expect(files).to.deep.equal([
      "-rw-r--r-- LICENSE",
      "-rw-r--r-- LICENSES-OF-OTHERS",
      "-rw-r--r-- components.js",
      "-rw-r--r-- package.json",
      "-rw-r--r-- plugin.js",
      "-rwxr-xr-x pulumi-resource-dgraphcloud",
      "-rw-r--r-- pulumi-resource-dgraphcloud.cmd",
      "-rw-r--r-- schema.json",
    ]);
    const licenses = readFileSync(join(folder, "LICENSES-OF-OTHERS"), "utf8");
    for (const name of ["graphql", "node-fetch", "@pulumi/pulumi", "valibot"])
      expect(licenses).to.match(new RegExp(`^${name}: (MIT|Apache-2.0)$`, "m"));
  });

  it("has no path of the machine that packed it", () => {
    for (const file of ["plugin.js", "components.js", "pulumi-resource-dgraphcloud", "package.json"])
      expect(readFileSync(join(folder, file), "utf8"), file).not.to.contain(root);
  });

  it("serves the schema with nothing but Node on PATH", async () => {
    const { printed } = await start(join(folder, "pulumi-resource-dgraphcloud"));
    expect(printed).to.match(/^\d+\n$/);
    const client = new ResourceProviderClient(`127.0.0.1:${printed.trim()}`, credentials.createInsecure());
    const text = await new Promise<string>((done, failed) => {
      client.getSchema(new GetSchemaRequest(), (error, response) => {
        if (error === null) done(response.getSchema());
        else failed(error);
      });
    });
    client.close();
    expect(JSON.parse(text)).to.deep.include({ name: "dgraphcloud" });
  });

  it("makes components in a process of its own, which ends with the plugin", async () => {
    const { child, printed } = await start(process.execPath, join(folder, "components.js"), "127.0.0.1:1");
    expect(printed).to.match(/^\d+\n$/);
    child.stdin?.end();
    expect(await once(child, "close")).to.deep.equal([0, null]);
  });
});
