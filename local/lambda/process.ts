import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { HttpProblem } from "../http/request";
import { databasePaths, type FromProcess, type LambdaCall, type DatabaseRequest, type ToProcess } from "./messages";

/** What one script may take. */
export interface LambdaLimits {
  /** How long a call may take. */
  readonly callMs: number;
  /** How long its process stays after its last call. */
  readonly idleMs: number;
  readonly calls: number;
  readonly heapMb: number;
  /** All of its memory, what is beside the heap and the runtime itself included. */
  readonly memoryMb: number;
}

export interface LambdaProcessOptions {
  readonly source: string;
  /** The folder that it runs in. */
  readonly folder: string;
  readonly limits: LambdaLimits;
  /** Asks the database; gives its answer as JSON. */
  readonly ask: (request: DatabaseRequest, signal: AbortSignal) => Promise<string>;
  /** Takes what it prints. */
  readonly print: (text: string) => void;
}

interface PendingCall {
  readonly resolve: (json: string) => void;
  readonly reject: (problem: HttpProblem) => void;
  readonly timer: NodeJS.Timeout;
}

const program = join(__dirname, "runner.js");

/** One process that runs one script. It ends for good when it takes more than its limits, and when nobody has called it for a while. */
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
  private why: string | undefined;

  constructor(private readonly options: LambdaProcessOptions) {
    const { heapMb, memoryMb } = options.limits;
    this.child = fork(program, [String(memoryMb * 1_048_576)], {
      cwd: options.folder,
      // Nothing of the user's: no tokens, no password.
      env: {},
      execArgv: [`--max-old-space-size=${heapMb}`],
      // A group of its own, which is ended as a whole; Ctrl-C in a terminal is for the local cloud.
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.end(how);
        resolve();
      };
      this.child.on("error", (error) => {
        end(error.message);
      });
      this.child.once("exit", (code, signal) => {
        end(signal === null ? `its process ended with exit code ${code ?? "unknown"}` : this.killed(signal));
      });
    });
    this.child.on("message", (message: FromProcess) => {
      this.receive(message);
    });
    this.send({ kind: "load", source: options.source });
  }

  /** Whether it takes calls: one that is being ended does not. */
  get isUsable(): boolean {
    return !this.hasEnded && this.why === undefined;
  }

  /** Runs a resolver; gives its result as JSON. */
  call(call: LambdaCall): Promise<string> {
    const { limits } = this.options;
    if (this.calls.size >= limits.calls)
      throw new HttpProblem(
        503,
        `the backend's lambda has ${limits.calls} calls in hand: does a resolver call itself?`,
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

  /** Ends it as soon as its calls are answered. */
  retire(): void {
    this.isRetired = true;
    this.rest();
  }

  /** Ends it at once. */
  kill(why: string): void {
    this.why ??= why;
    const { pid } = this.child;
    if (this.hasEnded || pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Not a group here, or not one any more.
      this.child.kill("SIGKILL");
    }
  }

  private receive(message: FromProcess): void {
    if (message.kind === "print") {
      this.options.print(message.text);
    } else if (message.kind === "request") {
      void this.request(message.id, message.request);
    } else {
      const call = this.settle(message.id);
      if (message.kind === "result") call?.resolve(message.json);
      else call?.reject(new HttpProblem(500, message.message));
      this.rest();
    }
  }

  private async request(id: number, request: DatabaseRequest): Promise<void> {
    try {
      if (!databasePaths.includes(request.path)) throw new Error(`a lambda cannot ask for ${request.path}`);
      this.send({ kind: "answer", id, text: await this.options.ask(request, this.stopping.signal) });
    } catch (error) {
      this.send({ kind: "refusal", id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  private send(message: ToProcess): void {
    // One that has ended fails its calls by that.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private settle(id: number): PendingCall | undefined {
    const call = this.calls.get(id);
    this.calls.delete(id);
    clearTimeout(call?.timer);
    return call;
  }

  /** Lets it go when it is not needed any more. */
  private rest(): void {
    if (this.calls.size > 0 || this.hasEnded) return;
    clearTimeout(this.idle);
    const wait = this.isRetired ? 0 : this.options.limits.idleMs;
    this.idle = setTimeout(() => {
      this.kill("it was not needed any more");
    }, wait).unref();
  }

  private killed(signal: NodeJS.Signals): string {
    const { heapMb, memoryMb } = this.options.limits;
    return (
      this.why ??
      `its process ended with ${signal}, most likely because it took more than ${heapMb} MB of heap or ${memoryMb} MB of memory`
    );
  }

  private end(how: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.stopping.abort();
    clearTimeout(this.idle);
    if (this.calls.size > 0) this.options.print(`ended: ${how}`);
    for (const id of [...this.calls.keys()])
      this.settle(id)?.reject(new HttpProblem(500, `the lambda was ended: ${how}`));
  }
}
