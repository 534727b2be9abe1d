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

  it("ends when the npm that started it is killed, and no signal comes", async () => {
    const command = `"${process.execPath}" --import tsx tools/local.ts --port 0 & wait`;
    const shell = spawn("sh", ["-c", command], { cwd: root, detached: true, stdio: ["ignore", "pipe", "inherit"] });
    groups.push(shell.pid ?? 0);
    let out = "";
    shell.stdout.on("data", (chunk) => {
      if (!out.includes("Stop it with") && (out += String(chunk)).includes("Stop it with")) shell.kill("SIGKILL");
      else out += String(chunk);
    });
    // Open as long as the local cloud runs.
    await once(shell.stdout, "close");
    expect(out).to.contain("Stopped.");
  });

  for (const signal of ["SIGTERM", "SIGHUP"] as const)
    it(`hands ${signal} on`, async () => {
      const [code, out] = await stopped((pid) => process.kill(pid, signal));
      expect([code, out.includes("Stopped.")], out).to.deep.equal([0, true]);
    });
});
