import { HttpError } from "../http/httpError";
import type { LambdaCall } from "./messages";
import { type LambdaLimits, LambdaProcess, type LambdaProcessOptions } from "./process";

export interface LambdaOptions extends Omit<LambdaProcessOptions, "source" | "limits"> {
  /** The script that is deployed now; empty for none. */
  readonly source: () => string;
  readonly limits?: Partial<LambdaLimits>;
}

/** Dgraph itself gives up on a call after a minute. */
const defaults: LambdaLimits = { callMs: 10_000, idleMs: 60_000, calls: 100, heapMb: 128, memoryMb: 384 };

/** The lambda of one backend. The first call starts its process, as does the first call after a new script or an exit. */
export class Lambda {
  private running: { readonly source: string; readonly process: LambdaProcess } | undefined;
  private readonly processes = new Set<LambdaProcess>();

  constructor(private readonly options: LambdaOptions) {}

  /** Answers a call with JSON. Rejects with a message for the client of the database. */
  async call(call: LambdaCall): Promise<string> {
    const source = this.options.source();
    if (source === "")
      throw new HttpError(
        400,
        `${call.resolver} needs a lambda, and this backend has no lambda script: give it one with lambdaScript, or with updateLambda`,
      );
    return this.processOf(source).call(call);
  }

  /** Kills its process and waits for the exit. A later call starts a new one. */
  async end(): Promise<void> {
    this.kill();
    await Promise.all([...this.processes].map(({ ended }) => ended));
  }

  /** Kills its process without waiting, for when this process exits. */
  kill(): void {
    for (const process of this.processes) process.kill("its backend ends");
  }

  private processOf(source: string): LambdaProcess {
    const { running } = this;
    if (running?.source === source && running.process.isUsable) return running.process;
    running?.process.retire();
    const { limits, ...options } = this.options;
    const process = new LambdaProcess({ ...options, source, limits: { ...defaults, ...limits } });
    this.processes.add(process);
    void process.ended.then(() => this.processes.delete(process));
    this.running = { source, process };
    return process;
  }
}
