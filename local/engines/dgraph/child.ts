import { type ChildProcess, spawn } from "node:child_process";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { createInterface } from "node:readline";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import { cleanText } from "../../cleanText";

const logSize = "2M";
const olderLogs = 2;
const keptLines = 20;

export interface ChildOptions {
  readonly executable: string;
  /** Zero or Alpha. */
  readonly role: "zero" | "alpha";
  /** Its configuration file. */
  readonly settings: string;
  /** Folder of its logs. */
  readonly logs: string;
  readonly onLine?: (line: string) => void;
}

/** The variables of Dgraph's programs, which take settings from them as well: not from the user's. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: process.env["HOME"], TMPDIR: process.env["TMPDIR"] };
}

/** One process of Dgraph, its log on the disk. */
export class Child {
  readonly pid: number;
  /** Resolves with how it ended, once it has. */
  readonly ended: Promise<string>;
  private readonly process: ChildProcess;
  private readonly log: RotatingFileStream;
  private readonly last: string[] = [];

  constructor({ executable, role, settings, logs, onLine }: ChildOptions) {
    this.log = createStream((index) => (index ? `${role}.${String(index)}.log` : `${role}.log`), {
      path: logs,
      size: logSize,
      rotate: olderLogs,
      mode: 0o600,
    });
    this.log.on("error", () => undefined);
    // A group of its own: Ctrl-C in a terminal is for the local cloud, which ends its databases in order.
    this.process = spawn(executable, [role, "--config", settings], {
      // What it names from where it is, and what it leaves there, is in its own folder.
      cwd: dirname(settings),
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: ownEnvironment(),
    });
    this.pid = this.process.pid ?? 0;
    // Listening before anything else: a start that the system refuses is told in a moment, and ends all when nobody listens.
    this.ended = this.end();
    const streams: readonly (Readable | null | undefined)[] = [this.process.stdout, this.process.stderr];
    for (const stream of streams) {
      // A process that was not started has none.
      if (stream == null) continue;
      createInterface(stream).on("line", (line) => {
        this.log.write(`${line}\n`);
        if (line.trim() !== "") this.last.push(line);
        this.last.splice(0, this.last.length - keptLines);
        onLine?.(line);
      });
    }
  }

  /** What it said last about a failure, else at all. */
  get lastWords(): string {
    const line = this.last.findLast((said) => /^[EF]\d{4} |panic|fatal/i.test(said)) ?? this.last.at(-1);
    return line === undefined ? "it said nothing" : cleanText(line);
  }

  /** Ends it, by force when it takes longer than that. */
  async stop(patienceMs: number): Promise<void> {
    this.signal("SIGTERM");
    const late = setTimeout(() => {
      this.kill();
    }, patienceMs);
    await this.ended;
    clearTimeout(late);
  }

  kill(): void {
    this.signal("SIGKILL");
  }

  private signal(signal: NodeJS.Signals): void {
    // Of one that could not be started, Node would signal whatever number happens to stand there: a stranger, or a whole group.
    if (this.pid !== 0) this.process.kill(signal);
  }

  /** Resolves once it has ended and its log is written. */
  private async end(): Promise<string> {
    const how = await new Promise<string>((resolve) => {
      this.process.once("error", (error) => {
        resolve(error.message);
      });
      // Once it has said all that it had to say.
      this.process.once("close", (code, signal) => {
        resolve(signal ?? `exit code ${code ?? "unknown"}`);
      });
    });
    this.log.end();
    // A log that cannot be written must not keep anybody waiting.
    await finished(this.log).catch(() => undefined);
    return how;
  }
}
