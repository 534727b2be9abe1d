import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type LocalCloud, startLocalCloud, type LocalCloudOptions } from "dgraphcloud-local";
import { type Engine, prepareEngine } from "../../tools/engine";
import { environmentOf } from "./environment";

const root = resolve(__dirname, "../..");
/** Not a name that somebody would give: it stands beside an example's program while a test runs. */
export const stackName = "engine-test";

/** What a run of the engine ended with. */
export interface Run {
  readonly code: number | null;
  /** Standard output and standard error in the order of arrival. */
  readonly output: string;
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly initErrors?: readonly string[];
}

interface Deployment {
  readonly deployment: { readonly resources?: readonly StateResource[] };
}

/** A Pulumi stack in a folder of its own, run by the real engine against a local cloud in this process. */
export class Stack {
  readonly environment: NodeJS.ProcessEnv;
  private readonly running = new Set<ChildProcess>();

  private constructor(
    readonly folder: string,
    readonly project: string,
    readonly local: LocalCloud,
    private readonly engine: Engine,
  ) {
    this.environment = environmentOf(folder, engine, local);
  }

  /** A stack of an empty project in a folder of its own. */
  static async start(options: LocalCloudOptions = {}): Promise<Stack> {
    const folder = mkdtempSync(join(tmpdir(), "dgraphcloud-engine-"));
    const project = join(folder, "project");
    mkdirSync(join(project, "node_modules", "@pulumi"), { recursive: true });
    symlinkSync(root, join(project, "node_modules", "pulumi-dgraphcloud"));
    symlinkSync(join(root, "node_modules", "@pulumi", "pulumi"), join(project, "node_modules", "@pulumi", "pulumi"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
    writeFileSync(join(project, "package.json"), '{ "name": "test", "main": "index.js" }\n');
    return Stack.in(folder, project, options);
  }

  /** A stack of a project that is there already: an example, or one that is to run on an engine of its own. */
  static ofProject(project: string, options: LocalCloudOptions = {}, engine?: Engine): Promise<Stack> {
    return Stack.in(mkdtempSync(join(tmpdir(), "dgraphcloud-engine-")), project, options, engine);
  }

  private static async in(folder: string, project: string, options: LocalCloudOptions, given?: Engine): Promise<Stack> {
    const engine = given ?? (await prepareEngine());
    mkdirSync(join(folder, "state"));
    const stack = new Stack(folder, project, await startLocalCloud({ provisioningMs: 100, ...options }), engine);
    const made = await stack.pulumi("stack", "init", stackName);
    if (made.code !== 0) throw new Error(made.output);
    return stack;
  }

  /** Writes the program: statements that use `dgraphcloud` and `pulumi`. */
  program(statements: string): void {
    const requires = 'const pulumi = require("@pulumi/pulumi");\nconst dgraphcloud = require("pulumi-dgraphcloud");\n';
    writeFileSync(join(this.project, "index.js"), requires + statements);
  }

  up(...more: string[]): Promise<Run> {
    return this.pulumi("up", "--yes", "--skip-preview", ...more);
  }

  preview(...more: string[]): Promise<Run> {
    return this.pulumi("preview", "--diff", ...more);
  }

  refresh(...more: string[]): Promise<Run> {
    return this.pulumi("refresh", "--yes", "--skip-preview", "--diff", ...more);
  }

  destroy(...more: string[]): Promise<Run> {
    return this.pulumi("destroy", "--yes", "--skip-preview", ...more);
  }

  pulumi(...args: string[]): Promise<Run> {
    return this.begin(...args).ended;
  }

  /** Starts the engine and does not wait for it. */
  begin(...args: string[]): { readonly child: ChildProcess; readonly ended: Promise<Run> } {
    const child = spawn(this.engine.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: this.project,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.running.add(child);
    let output = "";
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const ended = new Promise<Run>((done) => {
      child.once("close", (code) => {
        this.running.delete(child);
        done({ code, output });
      });
    });
    return { child, ended };
  }

  /** The stack's state, secrets encrypted as they are stored. */
  async state(): Promise<{ text: string; resources: readonly StateResource[] }> {
    const { output } = await this.pulumi("stack", "export");
    const { deployment } = JSON.parse(output) as Deployment;
    return { text: output, resources: deployment.resources ?? [] };
  }

  /** The resources of this package in the state. */
  async backends(): Promise<readonly StateResource[]> {
    return (await this.state()).resources.filter(({ type }) => type.endsWith("dgraphcloud:Backend"));
  }

  /** Changes the state's text, as if it had been written so. */
  async rewriteState(change: (text: string) => string): Promise<void> {
    const file = join(this.folder, "state.json");
    writeFileSync(file, change((await this.state()).text));
    const run = await this.pulumi("stack", "import", "--file", file);
    if (run.code !== 0) throw new Error(run.output);
  }

  async output(name: string): Promise<string> {
    return (await this.pulumi("stack", "output", name, "--show-secrets")).output.trim();
  }

  /** Ends all, and fails when a process of the provider has outlived the engine that started it. */
  async close(): Promise<void> {
    for (const child of this.running) killTree(child, "SIGKILL");
    const outlived = await this.outlivers();
    for (const pid of outlived) kill(pid, "SIGKILL");
    await this.local.close();
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(join(this.project, `Pulumi.${stackName}.yaml`), { force: true });
    if (outlived.length > 0) throw new Error(`processes of the provider outlive the engine: ${outlived.join(", ")}`);
  }

  /** What still has the environment of this stack after some time to end; where that cannot be seen, nothing. */
  private async outlivers(): Promise<number[]> {
    const mark = this.environment["PULUMI_BACKEND_URL"] ?? "";
    const look = (): number[] => providersWith(mark);
    for (let tries = 0; tries < 50 && look().length > 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    return look();
  }
}

/** Ends a process and everything that it started, by process id. */
export function killTree(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  for (const pid of [child.pid, ...descendants(child.pid).map(({ pid: one }) => one)]) kill(pid, signal);
}

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Everything that a process started, directly or not. */
export function descendants(pid: number): ProcessEntry[] {
  const all = execFileSync("ps", ["-Ao", "pid=,ppid=,command="], { encoding: "utf8" })
    .split("\n")
    .flatMap((line): ProcessEntry[] => {
      const [, own, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return own === undefined ? [] : [{ pid: Number(own), parent: Number(parent), command: command ?? "" }];
    });
  const below = (parent: number): ProcessEntry[] =>
    all.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...below(entry.pid)]);
  return below(pid);
}

/** Processes of the provider that have a text in their environment. */
function providersWith(text: string): number[] {
  if (!existsSync("/proc/self/environ")) return [];
  const pids = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
  return pids.filter((pid) => {
    try {
      const [command, environment] = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
      return command?.includes("dynamic-provider") === true && environment?.includes(text) === true;
    } catch {
      // Gone meanwhile, or somebody else's.
      return false;
    }
  });
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
