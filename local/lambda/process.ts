import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { HttpError } from "../http/httpError";
import { databasePaths, type DatabaseRequest, type FromProcess, type LambdaCall, type ToProcess } from "./messages";

/** The limits of one script. */
export interface LambdaLimits {
  /** The longest a call may take. */
  readonly callMs: number;
  /** How long its process stays after the last call. */
  readonly idleMs: number;
  /** How many calls may run at a time. */
  readonly calls: number;
  readonly heapMb: number;
  /** All of its memory, including the runtime and what is outside the heap. */
  readonly memoryMb: number;
}

export interface LambdaProcessOptions {
  readonly source: string;
  /** Its working directory. */
  readonly folder: string;
  readonly limits: LambdaLimits;
  /** Sends a request to the database. Returns the answer as JSON. */
  readonly ask: (request: DatabaseRequest, signal: AbortSignal) => Promise<string>;
  /** Receives its output. */
  readonly print: (text: string) => void;
}

interface PendingCall {
  readonly resolve: (json: string) => void;
  readonly reject: (problem: HttpError) => void;
  readonly timer: NodeJS.Timeout;
}

const program = join(__dirname, "runner.js");

/** One process that runs one script. It ends when it exceeds its limits, and when it has been idle for a while. */
export class LambdaProcess {
  /** Resolves once it has ended. */
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private readonly calls = new Map<number, PendingCall>();
  private readonly stopping = new AbortController();
  private hasEnded = false;
  private lastCall = 0;
  private idle: NodeJS.Timeout | undefined;
  private isRetired = false;
  private killReason: string | undefined;

  constructor(private readonly options: LambdaProcessOptions) {
    const { heapMb, memoryMb } = options.limits;
    this.child = fork(program, [String(memoryMb * 1_048_576)], {
      cwd: options.folder,
      // None of the user's variables, which may hold tokens and passwords.
      env: {},
      execArgv: [`--max-old-space-size=${heapMb}`],
      // A process group of its own: it can be killed as a whole, and Ctrl-C in the terminal reaches the local cloud only.
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.ended = new Promise((resolve) => {
      const end = (reason: string): void => {
        this.end(reason);
        resolve();
      };
      this.child.on("error", (error) => {
        end(error.message);
      });
      this.child.once("exit", (code, signal) => {
        end(signal === null ? `its process ended with exit code ${code ?? "unknown"}` : this.reasonOf(signal));
      });
    });
    this.child.on("message", (message: FromProcess) => {
      this.receive(message);
    });
    this.send({ kind: "load", source: options.source });
  }

  /** Whether it takes calls. A process that is being killed does not. */
  get isUsable(): boolean {
    return !this.hasEnded && this.killReason === undefined;
  }

  /** Runs a resolver. Resolves with its result as JSON. */
  call(call: LambdaCall): Promise<string> {
    const { limits } = this.options;
    if (this.calls.size >= limits.calls)
      throw new HttpError(
        503,
        `the backend's lambda is running ${limits.calls} calls already: does a resolver call itself?`,
      );
    clearTimeout(this.idle);
    const id = ++this.lastCall;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.kill(`${call.resolver} took longer than ${limits.callMs / 1_000} s`);
      }, limits.callMs);
      this.calls.set(id, { resolve, reject, timer });
      this.send({ kind: "call", id, call });
    });
  }

  /** Ends it once its calls are answered. */
  retire(): void {
    this.isRetired = true;
    this.scheduleEnd();
  }

  /** Kills it. The reason is given to the callers that are waiting. */
  kill(reason: string): void {
    this.killReason ??= reason;
    const { pid } = this.child;
    if (this.hasEnded || pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // The system has no process groups, or the group is gone.
      this.child.kill("SIGKILL");
    }
  }

  private receive(message: FromProcess): void {
    if (message.kind === "print") {
      this.options.print(message.text);
    } else if (message.kind === "request") {
      void this.request(message.id, message.request);
    } else {
      const call = this.removeCall(message.id);
      if (message.kind === "result") call?.resolve(message.json);
      else call?.reject(new HttpError(500, message.message));
      this.scheduleEnd();
    }
  }

  private async request(id: number, request: DatabaseRequest): Promise<void> {
    try {
      if (!databasePaths.includes(request.path)) throw new Error(`a lambda has no access to ${request.path}`);
      this.send({ kind: "answer", id, text: await this.options.ask(request, this.stopping.signal) });
    } catch (error) {
      this.send({ kind: "refusal", id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  private send(message: ToProcess): void {
    // If it has ended, `end` rejects its calls.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private removeCall(id: number): PendingCall | undefined {
    const call = this.calls.get(id);
    this.calls.delete(id);
    clearTimeout(call?.timer);
    return call;
  }

  /** Ends it after its idle time, unless another call comes. */
  private scheduleEnd(): void {
    if (this.calls.size > 0 || this.hasEnded) return;
    clearTimeout(this.idle);
    const wait = this.isRetired ? 0 : this.options.limits.idleMs;
    this.idle = setTimeout(() => {
      this.kill("it was idle");
    }, wait).unref();
  }

  private reasonOf(signal: NodeJS.Signals): string {
    const { heapMb, memoryMb } = this.options.limits;
    return (
      this.killReason ??
      `its process ended with ${signal}, most likely because it took more than ${heapMb} MB of heap or ${memoryMb} MB of memory`
    );
  }

  private end(reason: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.stopping.abort();
    clearTimeout(this.idle);
    if (this.calls.size > 0) this.options.print(`ended: ${reason}`);
    for (const id of [...this.calls.keys()])
      this.removeCall(id)?.reject(new HttpError(500, `the lambda was ended: ${reason}`));
  }
}
