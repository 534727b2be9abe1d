import { type ChildProcess, spawn } from "node:child_process";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import { cleanText } from "../../text/cleanText";

const logSize = "2M";
const olderLogs = 2;
const maxLines = 20;

export interface ChildOptions {
  readonly executable: string;
  readonly role: "zero" | "alpha";
  /** Its configuration file; the folder of the file is its working directory. */
  readonly settings: string;
  /** The folder of its logs. */
  readonly logs: string;
  readonly onLine?: (line: string) => void;
}

/** The environment of Dgraph's programs: without the user's variables, since Dgraph reads settings from variables too. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: process.env["HOME"], TMPDIR: process.env["TMPDIR"] };
}

/** One process of Dgraph, with its log on the disk. */
export class Child {
  readonly pid: number;
  /** Resolves once it has ended, with its exit code or signal. */
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
    // A process group of its own: Ctrl-C in the terminal reaches the local cloud only, which stops its databases in order.
    this.process = spawn(executable, [role, "--config", settings], {
      // Its relative paths and the files it leaves belong to its own folder.
      cwd: dirname(settings),
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: ownEnvironment(),
    });
    this.pid = this.process.pid ?? 0;
    // Listens before anything else: an "error" event without a listener, after a failed start, would end this process.
    this.ended = this.end();
    const streams: readonly (Readable | null | undefined)[] = [this.process.stdout, this.process.stderr];
    for (const stream of streams) {
      // A process that could not be started has no streams.
      if (stream == null) continue;
      createInterface(stream).on("line", (line) => {
        this.log.write(`${line}\n`);
        if (line.trim() !== "") this.last.push(line);
        this.last.splice(0, this.last.length - maxLines);
        onLine?.(line);
      });
    }
  }

  /** The last line of its log that reports a failure, otherwise the last line. */
  get lastLogLine(): string {
    const line = this.last.findLast((text) => /^[EF]\d{4} |panic|fatal/i.test(text)) ?? this.last.at(-1);
    return line === undefined ? "its log is empty" : cleanText(line);
  }

  /** Stops it. After the grace period it is killed. */
  async stop(graceMs: number): Promise<void> {
    this.signal("SIGTERM");
    const late = setTimeout(() => {
      this.kill();
    }, graceMs);
    await this.ended;
    clearTimeout(late);
  }

  kill(): void {
    this.signal("SIGKILL");
  }

  private signal(signal: NodeJS.Signals): void {
    // For a process that could not be started, Node would signal an arbitrary id: another process, or a whole group.
    if (this.pid !== 0) this.process.kill(signal);
  }

  /** Resolves once it has ended and its log is written. */
  private async end(): Promise<string> {
    const how = await new Promise<string>((resolve) => {
      this.process.once("error", (error) => {
        resolve(error.message);
      });
      // "close" comes after "exit", once its output has been read.
      this.process.once("close", (code, signal) => {
        resolve(signal ?? `exit code ${code ?? "unknown"}`);
      });
    });
    this.log.end();
    // Does not wait for a log that cannot be written.
    await finished(this.log).catch(() => undefined);
    return how;
  }
}
