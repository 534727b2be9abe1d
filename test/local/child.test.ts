import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Child } from "../../local/engines/dgraph/child";

describe("a process of a database", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dgraphcloud-child-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs a shell script in place of `dgraph`. */
  const script = (body: string): Child => {
    const executable = join(folder, "dgraph");
    writeFileSync(executable, `#!/bin/sh\n${body}\n`);
    chmodSync(executable, 0o755);
    return new Child({ executable, role: "alpha", settings: "alpha.json", logs: join(folder, "logs") });
  };

  it("keeps at most three logs of two megabytes, however much it prints", async () => {
    const line = "x".repeat(999);
    await script(`i=0; while [ $i -lt 12000 ]; do echo ${line}; i=$((i + 1)); done`).ended;
    const logs = readdirSync(join(folder, "logs"));
    expect(logs).to.have.members(["alpha.log", "alpha.1.log", "alpha.2.log"]);
    for (const log of logs) expect(statSync(join(folder, "logs", log)).size).to.be.below(2.2 * 1_048_576);
  });

  it("reports how it ended, and the last failure in its log", async () => {
    const child = script("echo 'I0101 well'; echo 'E0101 the disk is full' >&2; echo 'I0101 bye'; exit 3");
    expect(await child.ended).to.equal("exit code 3");
    expect(child.lastLogLine).to.equal("E0101 the disk is full");
    const quiet = script("echo 'I0101 well'; echo; echo ' '");
    await quiet.ended;
    expect(quiet.lastLogLine).to.equal("I0101 well");
    const killed = script("exec sleep 60");
    await killed.stop(5_000);
    expect(await killed.ended).to.equal("SIGTERM");
  });

  it("has ended at once when the system cannot start it, and no other process is signalled", () => {
    const logs = join(folder, "logs");
    const code = `
      const { ChildProcess } = require("node:child_process");
      const { closeSync, openSync } = require("node:fs");
      // A signal would reach another process.
      ChildProcess.prototype.kill = (signal) => console.log(signal);
      const { Child } = require("./local/engines/dgraph/child");
      // The loader has opened all its files by then.
      setTimeout(async () => {
        const open = [];
        try { for (;;) open.push(openSync("/dev/null")); } catch {}
        const child = new Child({ executable: "/bin/true", role: "alpha", settings: ${JSON.stringify(join(folder, "a"))}, logs: ${JSON.stringify(logs)} });
        child.kill();
        await child.stop(0);
        const how = await child.ended;
        for (const one of open) closeSync(one);
        console.log(how, child.pid, child.lastLogLine);
      }, 500);
    `;
    const shell = 'ulimit -n 200; exec "$0" --require tsx/cjs --eval "$1"';
    const options = { cwd: join(__dirname, "../.."), encoding: "utf8" } as const;
    const { stdout, stderr } = spawnSync("/bin/sh", ["-c", shell, process.execPath, code], options);
    expect([stdout, stderr]).to.deep.equal(["spawn /bin/true EMFILE 0 its log is empty\n", ""]);
  });

  it("is killed when it does not end after SIGTERM", async () => {
    const stubborn = script("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    while (stubborn.lastLogLine !== "ready") await new Promise((later) => setTimeout(later, 10));
    await stubborn.stop(100);
    expect(await stubborn.ended).to.equal("SIGKILL");
  });
});
