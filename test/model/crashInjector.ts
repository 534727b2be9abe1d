import type { ActiveFault, LocalCloud } from "dgraphcloud-local";
import { pause } from "../harness/clocks";
import type { ProviderProcess, KilledProcess } from "./providerProcess";

/** The process dies at a request, which never acts, has already acted, or acts after the kill. */
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

/** How many milliseconds the local cloud may take to execute a request that it holds. */
const timeoutMs = 100;
/** How many milliseconds a request of a killed process may take to arrive. */
const arrivalMs = 20;

/** Kills the process at the configured point of one engine operation. */
export class CrashInjector {
  /** Resolves after the crash, when the cloud has no pending request. */
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
    if (at === "restoreStatus") await this.allArrived();
    if (moment !== "late") return;
    held.release();
    await acted();
  }

  /** Several of these requests are sent together: those beside the one that was held may arrive after the kill. */
  private async allArrived(): Promise<void> {
    const { journal } = this.local;
    let before: number;
    do {
      before = journal.count();
      await pause(arrivalMs);
    } while (journal.count() > before);
  }
}
