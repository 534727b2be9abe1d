import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { executableName } from "./executables";
import { changedSource, type SourceChange } from "./goSource";
import { secondsSince, withHeartbeat } from "./progress";
import type { Place } from "./tool";

/** A Go program pinned in a module of its own beside this file. */
export interface GoProgram {
  /** Folder of its go.mod. */
  readonly module: string;
  readonly package: string;
  readonly version: string;
  /** Name of the executable. */
  readonly executable: string;
  /** Variable that holds the program's version, set by the linker. */
  readonly versionVariable?: string;
  /** What is built otherwise than its sources have it. */
  readonly change?: SourceChange;
  /** A script of a Go module that the program needs beside it. */
  readonly script?: { readonly module: string; readonly file: string };
  /** How long it takes on two cores, for the message. */
  readonly takes: string;
}

const keptComplaint = 2_000;

/** Builds a program from the pinned sources into a folder. Needs Go, and a module proxy for what it has not got yet. */
export async function goBuild(program: GoProgram, into: string, { environment, say }: Place): Promise<void> {
  const { executable, version, takes, versionVariable, change, script } = program;
  const module = join(__dirname, program.module);
  const flags = versionVariable === undefined ? [] : ["-ldflags", `-X ${versionVariable}=${version}`];
  const run = async (...sources: readonly string[]): Promise<void> => {
    const target = join(into, executableName(executable));
    await go(["build", ...sources, ...flags, "-o", target, program.package], module, environment);
  };
  const sourceOf = async (name: string): Promise<string> => {
    await go(["mod", "download", name], module, environment);
    return (await go(["list", "-m", "-f", "{{.Dir}}", name], module, environment)).trim();
  };
  const build = async (): Promise<void> => {
    if (change === undefined) return run();
    const folder = await mkdtemp(join(tmpdir(), "dgraphcloud-go-"));
    try {
      const source = await sourceOf(change.module);
      await run(...(await changedSource({ change, module, source, folder })));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  say(`building ${executable} ${version} from source, ${takes} on 2 cores, once`);
  const started = Date.now();
  await withHeartbeat(say, `building ${executable}`, build);
  if (script !== undefined) {
    const copy = join(into, basename(script.file));
    await copyFile(join(await sourceOf(script.module), script.file), copy);
    // Go keeps its sources read-only.
    await chmod(copy, 0o755);
  }
  say(`built ${executable} in ${secondsSince(started)} s`);
}

/** The oldest Go that builds all of these. */
export function goVersionFor(programs: readonly Pick<GoProgram, "module">[]): string {
  const [newest = ""] = programs
    .map(({ module }) => /^go (\S+)$/m.exec(readFileSync(join(__dirname, module, "go.mod"), "utf8"))?.[1] ?? "")
    .sort((one, other) => other.localeCompare(one, "en", { numeric: true }));
  return newest;
}

/** Gives what it has written. */
function go(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    // Settings of the machine must not change the build, and another toolchain would have to be downloaded.
    const env = { ...environment, GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local", GOWORK: "off", CGO_ENABLED: "0" };
    const child = spawn("go", args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let answer = "";
    child.stdout.on("data", (chunk: Buffer) => {
      answer += chunk.toString();
    });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-keptComplaint);
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error("Go is not on PATH") : error);
    });
    child.once("close", (code) => {
      if (code === 0) resolve(answer);
      else reject(new Error(`go ${args[0] ?? ""} ended with ${code ?? "a signal"}: ${withoutDownloads(complaint)}`));
    });
  });
}

function withoutDownloads(complaint: string): string {
  return complaint
    .split("\n")
    .filter((line) => !line.startsWith("go: downloading "))
    .join("\n")
    .trim();
}
