import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { expect } from "chai";
import { brief } from "../../demo/brief";
import { Page, showInTurn } from "../../demo/parts";
import { pause } from "../harness/clocks";
import { failure } from "../harness/errors";
import { Sandbox } from "../harness/sandbox";

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

  interface Started {
    readonly pid: number;
    /** Resolves as soon as the output contains this text. */
    printed(words: string): Promise<void>;
    readonly ended: Promise<{ code: number | null; output: string }>;
  }

  /** Runs the demo with this script as the engine, in its own process group, as a terminal does. */
  function start(script: string, ...flags: string[]): Started {
    sandbox.script(
      join("bin", "pulumi"),
      `case "$1" in version) echo v3.999.0;; stack|config) echo "$1 $2" >> "$TMPDIR/commands"; echo done;; *) ${script};; esac`,
    );
    const child = spawn(process.execPath, ["--import", "tsx", join(root, "demo", "index.ts"), ...flags], {
      cwd: root,
      detached: true,
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
    const waiting: { readonly words: string; readonly go: () => void }[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        for (const { words, go } of waiting) if (output.includes(words)) go();
      });
    const ended = new Promise<{ code: number | null; output: string }>((done) =>
      child.once("close", (code) => {
        done({ code, output });
      }),
    );
    return {
      pid: child.pid ?? 0,
      printed: (words) =>
        new Promise((go) => {
          waiting.push({ words, go });
        }),
      ended,
    };
  }

  const run = (script: string, ...flags: string[]) => start(script, ...flags).ended;

  const left = (): string[] =>
    readdirSync(join(sandbox.folder, "tmp")).filter((name) => name.startsWith("dgraphcloud"));

  it("fails, reports what failed, and leaves nothing behind", async () => {
    const settings = join(root, "Pulumi.demo.yaml");
    writeFileSync(settings, "config:\n  dgraphcloud-quickstart:name: of-a-demo-that-was-killed\n");
    const { code, output } = await run("exit 3");
    expect(code, output).to.equal(1);
    expect(output).to.contain("pulumi preview failed with exit code 3");
    expect(left()).to.deep.equal([]);
    expect(existsSync(settings)).to.equal(false);
  });

  for (const [signal, code, whom] of [
    ["SIGINT", 130, "the terminal's whole group"],
    ["SIGTERM", 143, "the demo alone"],
  ] as const)
    it(`waits for the engine after ${signal} to ${whom}, then cleans up and says so`, async () => {
      const mark = join(sandbox.folder, "tmp", "mark");
      // Two engines run, one for each stack.
      const marks = (state: string) =>
        ["preview", "up"].filter((command) => existsSync(`${mark}-${command}-${state}`)).join(" and ");
      const ended = `sleep 0.3; echo > "${mark}-$1-ended"; exit 0`;
      const demo = start(`trap '${ended}' INT; echo > "${mark}-$1-begun"; while :; do sleep 0.05; done`);
      await demo.printed("$ pulumi preview");
      while (marks("begun") !== "preview and up") await pause(20);
      process.kill(signal === "SIGINT" ? -demo.pid : demo.pid, signal);
      const { code: exitCode, output } = await demo.ended;
      expect(exitCode, output).to.equal(code);
      expect(output.trim().split("\n").at(-1)).to.equal("Stopped. The local cloud and its folder are gone.");
      expect([marks("ended"), left()]).to.deep.equal(["preview and up", []]);
    });

  it("shows only the first stack when this one fails, and stops the second one after its command", async () => {
    const commands = join(sandbox.folder, "tmp", "commands");
    const { code, output } = await run(`[ "$1" = preview ] && exit 3; sleep 0.5; echo "$1 ended" >> "${commands}"`);
    expect(code, output).to.equal(1);
    expect(output).to.contain("pulumi preview failed with exit code 3").and.not.to.contain("second stack");
    expect(readFileSync(commands, "utf8").trim().split("\n")).to.include("up ended").and.not.to.include("stack output");
    expect(left()).to.deep.equal([]);
  });

  it("suggests its own flags when a port is in use", async () => {
    const other = createServer();
    // The port is in use by this server, or by another program.
    await new Promise<void>((done) =>
      other
        .once("error", () => {
          done();
        })
        .listen(8070, "127.0.0.1", done),
    );
    const { code, output } = await run("exit 0", "--keep");
    other.close();
    expect(code, output).to.equal(1);
    expect(output).to.contain("port 8070 is in use").and.to.contain("without --keep").and.not.to.contain("--port");
    expect(left()).to.deep.equal([]);
  });

  it("shows each resource once, with its last row, and the warnings", () => {
    const output = [
      "Updating (demo):",
      "",
      " +  pulumi:pulumi:Stack shop-demo creating (0s) ",
      "@ updating.....",
      " +  pulumi-nodejs:dynamic/dgraphcloud:DataDrop wipe creating (0s) warning: will erase all data",
      " +  pulumi-nodejs:dynamic/dgraphcloud:DataDrop wipe created (0.1s) 0x43: dropped all data",
      " +  dgraphcloud:index:Restore undo creating (0s) ",
      "Diagnostics:",
      "  pulumi-nodejs:dynamic/dgraphcloud:DataDrop (wipe):",
      "    warning: will erase all data",
      "",
      "Outputs:",
      '    uid            : "0x43"',
      "",
      "Resources:",
      "    + 1 created",
      "",
      "Duration: 2s",
    ];
    expect(brief(output.join("\n")).split("\n")).to.deep.equal([
      " +  pulumi-nodejs:dynamic/dgraphcloud:DataDrop wipe created (0.1s) 0x43: dropped all data",
      "  pulumi-nodejs:dynamic/dgraphcloud:DataDrop (wipe):",
      "    warning: will erase all data",
      "Resources:",
      "    + 1 created",
    ]);
  });

  it("leaves out what the SDK prints when the engine refuses a resource and ends the run", () => {
    const refusal = '    error: "schema": 1 change needs your consent';
    const output = [
      "Diagnostics:",
      "  pulumi:pulumi:Stack (shop-demo):",
      "    failed to deliver log message. ",
      "    error: Error: Channel has been shut down ",
      "    original message: Error: 14 UNAVAILABLE: resource monitor shut down",
      "        at callErrorFromStatus (call.ts:84:17)",
      "     message severity: error",
      "  pulumi-nodejs:dynamic/dgraphcloud:GraphqlSchema (shop):",
      refusal,
    ];
    expect(brief(output.join("\n")).split("\n")).to.deep.equal([output[7], refusal]);
  });

  it("passes no token of the user to the engine", async () => {
    const { output } = await run('echo "token: <$DGRAPHCLOUD_TOKEN>"; exit 3');
    expect(output).to.contain("token: <>");
  });
});

describe("the parts of the demo", () => {
  const printed: string[] = [];
  const { log } = console;
  beforeEach(() => {
    printed.length = 0;
    console.log = (line: string) => void printed.push(line);
  });
  afterEach(() => {
    console.log = log;
  });

  const begin = (run: (page: Page) => Promise<void>) => {
    const page = new Page();
    return { page, ended: run(page) };
  };
  const unexpected = (): void => expect.fail("no part has failed");

  it("are shown in their order and numbered as they are shown, although the later one ends first", async () => {
    const first = begin(async (page) => {
      page.heading("one");
      await pause(30);
      page.print("end of one");
    });
    const second = begin((page) => {
      page.heading("two");
      page.print("end of two");
      return Promise.resolve();
    });
    await second.ended;
    expect(printed).to.deep.equal([]);
    await showInTurn([first, second], unexpected);
    expect(printed.map((line) => line.replace(/\d+/, "N"))).to.deep.equal([
      "\n=== N. one\n",
      "end of one",
      "\n=== N. two\n",
      "end of two",
    ]);
    const [one, two] = printed.flatMap((line) => /=== (\d+)/.exec(line)?.[1] ?? []).map(Number);
    expect(two).to.equal((one ?? NaN) + 1);
  });

  it("are shown up to the first failure, and the others are awaited", async () => {
    const events: string[] = [];
    const part = (name: string, ms: number, problem?: string) =>
      begin(async (page) => {
        await pause(ms);
        page.print(name);
        events.push(name);
        if (problem !== undefined) throw new Error(problem);
      });
    const parts = [part("one", 10), part("two", 0, "broke"), part("three", 40, "broke as well")];
    const message = await failure(showInTurn(parts, () => events.push("stop")));
    expect(message).to.equal("broke");
    expect(printed).to.deep.equal(["one", "two"]);
    expect(events).to.deep.equal(["two", "one", "stop", "three"]);
  });
});
