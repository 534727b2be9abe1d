import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Run {
  readonly child: ChildProcess;
  /** Resolves once the text has been printed; rejects when the command ends before. */
  readonly printed: (text: string) => Promise<string>;
  readonly ended: Promise<Ended>;
}

const root = join(__dirname, "../..");

function start(...args: string[]): Run {
  const code = `require("./local/cli").run(${JSON.stringify(args)}).then((code) => { process.exitCode = code; });`;
  const child = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", code], { cwd: root });
  let out = "";
  let err = "";
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (exit) => {
      resolve({ code: exit, out, err });
    });
  });
  const printed = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (out.includes(text)) resolve(out);
      };
      child.stdout.on("data", look);
      look();
      void ended.then(() => {
        reject(new Error(`ended without printing "${text}": ${out}${err}`));
      });
    });
  return { child, printed, ended };
}

const endpointOf = (out: string): string => /DGRAPHCLOUD_ENDPOINT=(\S+)/.exec(out)?.[1] ?? "";

describe("the command", function () {
  this.timeout(20_000);
  const running: ChildProcess[] = [];
  const run = (...args: string[]): Run => {
    const started = start(...args);
    running.push(started.child);
    return started;
  };

  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
  });

  it("prints what to export, answers there, and ends with 0 on both signals", async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const { child, printed, ended } = run("--port", "0");
      const out = await printed("Stop it with Ctrl-C.");
      expect(out).to.contain("DGRAPHCLOUD_EMAIL=").and.contain("DGRAPHCLOUD_PASSWORD=");
      const init = {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"query":"{__typename}"}',
      };
      expect((await fetch(endpointOf(out), init)).status).to.equal(200);
      child.kill(signal);
      expect((await ended).code).to.equal(0);
    }
  });

  it("ends at once although an answer is delayed by an hour", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dgraphcloud-faults-"));
    const faults = join(folder, "faults.json");
    writeFileSync(faults, '[{"operation":"login","fault":{"kind":"slow","ms":3600000}}]');
    const { child, printed, ended } = run("--port", "0", "--faults", faults);
    const endpoint = endpointOf(await printed("Stop it with Ctrl-C."));
    const body = JSON.stringify({ query: '{ login(email: "a", password: "b") { token } }' });
    const lost = fetch(endpoint, { method: "POST", headers: { "content-type": "application/json" }, body }).catch(
      () => "lost",
    );
    // A second request is answered only after the first has arrived: both have one connection order at the server.
    await fetch(endpoint, { method: "POST", headers: { "content-type": "application/json" }, body });
    child.kill("SIGTERM");
    expect((await ended).code).to.equal(0);
    expect(await lost).to.equal("lost");
    rmSync(folder, { recursive: true });
  });

  it("refuses a taken port and names --port", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as { port: number };
    const { code, err } = await run("--port", String(port)).ended;
    holder.close();
    expect(code).to.equal(1);
    expect(err).to.contain(String(port)).and.contain("--port");
  });

  it("refuses a folder that another live process uses, and takes it over from a killed one", async () => {
    const data = mkdtempSync(join(tmpdir(), "dgraphcloud-cli-"));
    const first = run("--port", "0", "--data", data);
    await first.printed("Stop it with Ctrl-C.");
    const second = await run("--port", "0", "--data", data).ended;
    expect(second.code).to.equal(1);
    expect(second.err).to.contain("in use");
    first.child.kill("SIGKILL");
    await first.ended;
    const third = run("--port", "0", "--data", data);
    await third.printed("Stop it with Ctrl-C.");
    third.child.kill("SIGTERM");
    expect((await third.ended).code).to.equal(0);
    rmSync(data, { recursive: true });
  });

  it("refuses unknown flags, wrong times and wrong fault files with 1", async () => {
    for (const [args, says] of [
      [["--nope"], "--nope"],
      [["--restore", "soon"], "--restore"],
      [["--port", "x"], "--port"],
      [["--faults", "/does/not/exist"], "--faults"],
    ] as const) {
      const { code, err } = await run(...args).ended;
      expect([code, err.includes(says)], err).to.deep.equal([1, true]);
    }
  });

  it("tells its flags with --help", async () => {
    const { code, out } = await run("--help").ended;
    expect(code).to.equal(0);
    expect(out).to.contain("--provisioning").and.contain("--faults");
  });
});
