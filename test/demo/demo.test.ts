import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { expect } from "chai";
import { Sandbox } from "../tools/fakes";

const root = resolve(__dirname, "../..");

describe("the demo, with an engine that fails", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;

  beforeEach(() => {
    sandbox = new Sandbox();
    mkdirSync(join(sandbox.folder, "tmp"));
    sandbox.languageHost("bin");
  });
  afterEach(() => {
    sandbox.remove();
  });

  /** Runs it with this script for an engine. */
  async function run(script: string): Promise<{ code: number | null; output: string }> {
    sandbox.script(
      join("bin", "pulumi"),
      `case "$1" in version) echo v3.999.0;; stack) echo done;; *) ${script};; esac`,
    );
    const child = spawn(process.execPath, ["--import", "tsx", join(root, "demo", "index.ts")], {
      cwd: root,
      env: {
        ...process.env,
        PATH: [join(sandbox.folder, "bin"), process.env["PATH"]].join(delimiter),
        TMPDIR: join(sandbox.folder, "tmp"),
        DGRAPHCLOUD_TOKEN: "of-the-user",
        DGRAPHCLOUD_LOCAL_ENGINE: "memory",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((ended) => child.once("close", ended));
    return { code, output };
  }

  const left = (): string[] =>
    readdirSync(join(sandbox.folder, "tmp")).filter((name) => name.startsWith("dgraphcloud"));

  it("fails, says what failed, and leaves nothing behind", async () => {
    const settings = join(root, "Pulumi.demo.yaml");
    writeFileSync(settings, "config:\n  dgraphcloud-quickstart:name: of-a-demo-that-was-killed\n");
    const { code, output } = await run("exit 3");
    expect(code, output).to.equal(1);
    expect(output).to.contain("pulumi preview ended with 3");
    expect(left()).to.deep.equal([]);
    expect(existsSync(settings)).to.equal(false);
  });

  it("gives the engine no token of the user's", async () => {
    const { output } = await run('echo "token: <$DGRAPHCLOUD_TOKEN>"; exit 3');
    expect(output).to.contain("token: <>");
  });
});
