import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "chai";

const root = join(__dirname, "../..");

describe("npm run local", function () {
  this.timeout(30_000);
  const groups: number[] = [];
  afterEach(() => {
    for (const group of groups.splice(0))
      try {
        process.kill(-group, "SIGKILL");
      } catch {
        // It has ended, as it should.
      }
  });

  /** Runs it in a group of processes of its own, as a terminal does; tells what it printed before that and how it ended. */
  async function stopped(stop: (pid: number) => void): Promise<[number | null, string]> {
    const args = ["--require", "tsx/cjs", join(root, "tools/local.ts"), "--port", "0"];
    const child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ["ignore", "pipe", "inherit"] });
    groups.push(child.pid ?? 0);
    let out = "";
    child.stdout.on("data", (chunk) => {
      if (out.includes("Stop it with")) out += String(chunk);
      else if ((out += String(chunk)).includes("Stop it with")) stop(child.pid ?? 0);
    });
    const [code] = (await once(child, "close")) as [number | null];
    return [code, out];
  }

  for (const signal of ["SIGTERM", "SIGHUP"] as const)
    it(`hands ${signal} on`, async () => {
      const [code, out] = await stopped((pid) => process.kill(pid, signal));
      expect([code, out.includes("Stopped.")], out).to.deep.equal([0, true]);
    });
});
