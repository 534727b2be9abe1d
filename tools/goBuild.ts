import { spawn } from "node:child_process";
import { join } from "node:path";
import { say } from "./cache";

/** A Go program pinned in a module of its own beside this file. */
export interface GoProgram {
  /** Folder of its go.mod. */
  readonly module: string;
  readonly package: string;
  readonly version: string;
  /** Name of the binary. */
  readonly binary: string;
  /** Variable that holds the program's version, set by the linker. */
  readonly versionVariable?: string;
  /** How long it takes on two cores, for the message. */
  readonly takes: string;
}

const heartbeatMs = 30_000;

/** Builds a program from the pinned sources into a folder. Needs Go and a module proxy. */
export async function goBuild(program: GoProgram, into: string): Promise<void> {
  const { binary, version, takes, versionVariable } = program;
  say(`building ${binary} ${version} from source: ${takes} on two cores, once`);
  const started = Date.now();
  const heartbeat = setInterval(() => {
    say(`still building ${binary}, ${Math.round((Date.now() - started) / 1_000)} s`);
  }, heartbeatMs);
  const flags = versionVariable === undefined ? [] : ["-ldflags", `-X ${versionVariable}=${version}`];
  try {
    await go(
      ["build", "-mod=readonly", ...flags, "-o", join(into, binary), program.package],
      join(__dirname, program.module),
    );
  } finally {
    clearInterval(heartbeat);
  }
  say(`built ${binary} in ${Math.round((Date.now() - started) / 1_000)} s`);
}

function go(args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Another toolchain would have to be downloaded, and a flag of the machine's could change the build.
    const env = { ...process.env, GOTOOLCHAIN: "local", GOWORK: "off", CGO_ENABLED: "0" };
    const child = spawn("go", args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error("Go is not installed") : error);
    });
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go ${args[0] ?? ""} ended with ${code ?? "a signal"}: ${complaint.trim()}`));
    });
  });
}
