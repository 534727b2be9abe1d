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
        // The process has ended, as expected.
      }
  });

  /** Runs it in its own process group, as a terminal does, and returns its output and how it ended. */
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

  it("ends when the npm that started it is killed without passing on a signal", async () => {
    const command = `"${process.execPath}" --import tsx tools/local.ts --port 0 & wait`;
    const shell = spawn("sh", ["-c", command], { cwd: root, detached: true, stdio: ["ignore", "pipe", "inherit"] });
    groups.push(shell.pid ?? 0);
    let out = "";
    shell.stdout.on("data", (chunk) => {
      if (!out.includes("Stop it with") && (out += String(chunk)).includes("Stop it with")) shell.kill("SIGKILL");
      else out += String(chunk);
    });
    // This stream stays open while the local cloud runs.
    await once(shell.stdout, "close");
    expect(out).to.contain("Stopped.");
  });

  for (const signal of ["SIGTERM", "SIGHUP"] as const)
    it(`passes on ${signal}`, async () => {
      const [code, out] = await stopped((pid) => process.kill(pid, signal));
      expect([code, out.includes("Stopped.")], out).to.deep.equal([0, true]);
    });
});
