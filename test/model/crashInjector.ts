import type { ActiveFault, LocalCloud } from "dgraphcloud-local";
import { pause } from "../harness/clocks";
import type { ProviderProcess, KilledProcess } from "./providerProcess";

/** The process dies at a request: the request never acts, has acted, or acts once everybody is dead. */
interface AtRequest {
  readonly victim: KilledProcess;
  readonly at: string;
  readonly nth: number;
  readonly moment: "before" | "after" | "late";
}

/** The process dies between two calls of the engine. */
interface BetweenCalls {
  readonly victim: KilledProcess;
  readonly between: number;
}

export type Crash = AtRequest | BetweenCalls;

/** How long the local cloud may take to carry out a request that it holds, in milliseconds. */
const timeoutMs = 100;

/** Lies in wait during one operation of the engine, and kills the process when its moment has come. */
export class CrashInjector {
  /** Ends once the cloud is at rest again. */
  finished: Promise<void> = Promise.resolve();
  private calls = 0;
  private readonly removeFault: () => void;

  constructor(
    private readonly crash: Crash | undefined,
    private readonly local: LocalCloud,
    private readonly process: ProviderProcess,
  ) {
    this.removeFault = crash !== undefined && "at" in crash ? this.crashAtRequest(crash) : () => undefined;
  }

  /** Called between two calls of the engine. */
  pass(): void {
    if (this.crash === undefined || !("between" in this.crash)) return;
    if (this.calls++ === this.crash.between) this.process.kill(this.crash.victim);
  }

  end(): void {
    this.removeFault();
  }

  private crashAtRequest(crash: AtRequest): () => void {
    const { at, nth, moment } = crash;
    const fault = moment === "late" ? "pause" : "hang";
    const held = this.local.faults.add({
      operation: at,
      calls: [nth],
      fault: { kind: fault, acted: moment === "after" },
    });
    const watch = setInterval(() => {
      if (held.struck === 0) return;
      clearInterval(watch);
      this.finished = this.crashNow(crash, held, fault);
    }, 1);
    return () => {
      clearInterval(watch);
      held.remove();
    };
  }

  private async crashNow({ at, moment, victim }: AtRequest, held: ActiveFault, fault: string): Promise<void> {
    const { entries } = this.local.journal;
    const caught = entries.findLast(({ operation, fault: kind }) => operation === at && kind === fault);
    const acted = async (): Promise<void> => {
      for (let tries = 0; tries < timeoutMs && caught?.acted === false; tries++) {
        await pause(1);
      }
    };
    if (moment === "after") await acted();
    this.process.kill(victim);
    if (moment !== "late") return;
    held.release();
    await acted();
  }
}
