import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pause } from "./clocks";

export type Role = "zero" | "alpha";

export interface NodeOptions {
  readonly executable: string;
  readonly role: Role;
  /** Its working directory, which it has to itself. */
  readonly folder: string;
  /** Dgraph's own settings. They are written to a file, since every user of the machine can read arguments. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Variables that Dgraph reads, such as the keys of an object store. It sees no others of this process. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The processes that still run. */
const running = new Set<ChildProcess>();

// A test that never reaches its clean-up must not leave a database behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Sends a signal only to a process that runs: for one that could not be started, Node would signal an arbitrary id. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined && running.has(child)) child.kill(name);
}

/** A Zero or an Alpha, which can be killed and started again with the same settings and data. */
export class DgraphNode {
  readonly folder: string;
  readonly settings: NodeOptions["settings"];
  private readonly file: string;
  private process: { readonly child: ChildProcess; readonly ended: Promise<void> } | undefined;

  constructor(private readonly options: NodeOptions) {
    this.folder = options.folder;
    this.settings = options.settings;
    mkdirSync(this.folder, { recursive: true });
    this.file = join(this.folder, "settings.json");
    const common = { bindall: false, telemetry: "reports=false; sentry=false;", logtostderr: true };
    writeFileSync(this.file, JSON.stringify({ ...common, ...options.settings }), { mode: 0o600 });
  }

  get isRunning(): boolean {
    return this.process !== undefined && running.has(this.process.child);
  }

  /** Its process id; undefined when it does not run. */
  get pid(): number | undefined {
    return this.isRunning ? this.process?.child.pid : undefined;
  }

  /** Everything that it has logged, also before a restart. */
  get log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, "utf8") : "";
  }

  /** Starts its process, without waiting until it takes requests. */
  start(): void {
    if (this.isRunning) throw new Error(`${this.folder} runs already`);
    const { executable, role, environment } = this.options;
    const log = openSync(this.logFile, "a", 0o600);
    const child = spawn(executable, [role, "--config", this.file], {
      cwd: dirname(this.file),
      stdio: ["ignore", log, log],
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], TMPDIR: process.env["TMPDIR"], ...environment },
    });
    closeSync(log);
    running.add(child);
    const ended = new Promise<void>((done) => {
      const end = (): void => {
        running.delete(child);
        done();
      };
      child.once("error", end);
      child.once("exit", end);
    });
    this.process = { child, ended };
  }

  /** Kills it at once, and waits until it has ended. */
  async kill(): Promise<void> {
    if (this.process === undefined) return;
    signal(this.process.child, "SIGKILL");
    await this.process.ended;
  }

  /** Stops it in order. After the grace period it is killed. */
  async stop(graceMs = 15_000): Promise<void> {
    if (this.process === undefined) return;
    signal(this.process.child, "SIGTERM");
    await Promise.race([this.process.ended, pause(graceMs)]);
    await this.kill();
  }

  private get logFile(): string {
    return join(this.folder, "log");
  }
}
