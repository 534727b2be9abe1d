import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { make, session } from "./calls";
import { type Ended, endpointOf, type Run, start } from "./command";

describe("the command", function () {
  this.timeout(20_000);
  const running: ChildProcess[] = [];
  const run = (...args: string[]): Run => {
    const started = start(args);
    running.push(started.child);
    return started;
  };

  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
  });

  it("prints the variables to export, answers at the endpoint, and exits with 0 on each signal", async () => {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const exitsWith0 = async (signal: NodeJS.Signals): Promise<void> => {
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
    };
    await Promise.all(signals.map(exitsWith0));
  });

  it("exits at once although a fault delays an answer by an hour", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dgraphcloud-faults-"));
    const faults = join(folder, "faults.json");
    writeFileSync(faults, '[{"operation":"login","fault":{"kind":"slow","ms":3600000}}]');
    const { child, printed, ended } = run("--port", "0", "--faults", faults);
    const endpoint = endpointOf(await printed("Stop it with Ctrl-C."));
    const body = JSON.stringify({ query: '{ login(email: "a", password: "b") { token } }' });
    const lost = fetch(endpoint, { method: "POST", headers: { "content-type": "application/json" }, body }).catch(
      () => "lost",
    );
    // The second request is answered only after the first one has arrived at the server.
    await fetch(endpoint, { method: "POST", headers: { "content-type": "application/json" }, body });
    child.kill("SIGTERM");
    expect((await ended).code).to.equal(0);
    expect(await lost).to.equal("lost");
    rmSync(folder, { recursive: true });
  });

  it("refuses a port that is in use, and names --port", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as { port: number };
    const { code, err } = await run("--port", String(port)).ended;
    holder.close();
    expect(code).to.equal(1);
    expect(err).to.contain(String(port)).and.contain("--port");
  });

  it("refuses a folder that another running process uses, and opens it once that process was killed", async () => {
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

  it("exits with 1 on unknown flags, invalid values and a missing fault file", async () => {
    const refusals = [
      [["--nope"], "--nope"],
      [["--restore", "soon"], "--restore"],
      [["--backup-every", "0s"], '--backup-every must be 1s or more, not "0s"'],
      [["--backup-every", "999ms"], '--backup-every must be 1s or more, not "999ms"'],
      [["--port", "x"], "--port"],
      [["--engine", "steam"], "--engine must be memory or dgraph"],
      [["--engine", "dgraph", "--dgraph", "/does/not/exist"], "--dgraph"],
      [["--faults", "/does/not/exist"], "--faults"],
    ] as const;
    const refused = refusals.map(async ([args, message]) => {
      const { code, err } = await run(...args).ended;
      expect([code, err.includes(message)], err).to.deep.equal([1, true]);
    });
    await Promise.all(refused);
  });

  it("takes a backup of a backend of the account, and prints its type, number and folder", async () => {
    const running = run("--port", "0");
    const endpoint = endpointOf(await running.printed("Stop it with Ctrl-C."));
    const environment = { DGRAPHCLOUD_ENDPOINT: endpoint };
    const local = { endpoint };
    const headers = await session(local);
    const dedicated = await make(local, headers);
    const free = await make(local, headers, { deploymentType: "free" });
    const backup = (...args: string[]): Promise<Ended> => start(["backup", ...args], environment).ended;
    expect((await backup(dedicated.uid)).out).to.match(/^full backup 1 in folder \d{4}-\d+ of 0x\w+/);
    expect((await backup(dedicated.uid)).out).to.match(/^incremental backup 2 in folder/);
    expect((await backup(dedicated.uid, "--full")).out).to.match(/^full backup 1 in folder \d{4}-\d+-2 /);
    const refusals = [
      [backup(free.uid), "dedicated"],
      [backup("0x999"), "no deployment 0x999"],
      [backup(), "usage"],
      [start(["backup", "0x1"], { DGRAPHCLOUD_ENDPOINT: "http://127.0.0.1:1/graphql" }).ended, "DGRAPHCLOUD_ENDPOINT"],
      [start(["backup", dedicated.uid], { ...environment, DGRAPHCLOUD_PASSWORD: "no" }).ended, "DGRAPHCLOUD_PASSWORD"],
    ] as const;
    for (const [refused, message] of refusals) {
      const { code, err } = await refused;
      expect([code, err.includes(message)], err).to.deep.equal([1, true]);
    }
  });

  it("takes the engine from the environment unless a flag names one", async () => {
    const environment = { DGRAPHCLOUD_LOCAL_ENGINE: "dgraph", DGRAPHCLOUD_LOCAL_DGRAPH: "/does/not/exist" };
    const { code, err } = await start(["--port", "0"], environment).ended;
    expect([code, err.includes("/does/not/exist is not an executable program")], err).to.deep.equal([1, true]);
    const other = start(["--port", "0", "--engine", "memory"], environment);
    running.push(other.child);
    expect(await other.printed("Stop it with Ctrl-C.")).to.contain("in memory");
    const wrong = await start(["--port", "0"], { DGRAPHCLOUD_LOCAL_ENGINE: "steam" }).ended;
    expect(wrong.err).to.contain('DGRAPHCLOUD_LOCAL_ENGINE must be memory or dgraph, not "steam"');
  });

  it("prints its flags with --help", async () => {
    const { code, out } = await run("--help").ended;
    expect(code).to.equal(0);
    expect(out).to.contain("--provisioning").and.contain("--faults");
  });
});
