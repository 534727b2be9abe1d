import type { ActiveFault, LocalCloud } from "dgraphcloud-local";
import { pause } from "../harness/clocks";
import type { Process, Victim } from "./process";

/** The process dies at a request: the request never acts, has acted, or acts once everybody is dead. */
interface AtRequest {
  readonly victim: Victim;
  readonly at: string;
  readonly nth: number;
  readonly moment: "before" | "after" | "late";
}

/** The process dies between two calls of the engine. */
interface BetweenCalls {
  readonly victim: Victim;
  readonly between: number;
}

export type Crash = AtRequest | BetweenCalls;

/** How long the local cloud may take to carry out a request that it holds, in milliseconds. */
const patienceMs = 100;

/** Lies in wait during one operation of the engine, and kills the process when its moment has come. */
export class Ambush {
  /** Ends once the cloud is at rest again. */
  struck: Promise<void> = Promise.resolve();
  private calls = 0;
  private readonly disarm: () => void;

  constructor(
    private readonly crash: Crash | undefined,
    private readonly local: LocalCloud,
    private readonly process: Process,
  ) {
    this.disarm = crash !== undefined && "at" in crash ? this.lieInWait(crash) : () => undefined;
  }

  /** Called between two calls of the engine. */
  pass(): void {
    if (this.crash === undefined || !("between" in this.crash)) return;
    if (this.calls++ === this.crash.between) this.process.kill(this.crash.victim);
  }

  end(): void {
    this.disarm();
  }

  private lieInWait(crash: AtRequest): () => void {
    const { at, nth, moment } = crash;
    const fault = moment === "late" ? "pause" : "hang";
    const trap = this.local.faults.add({
      operation: at,
      calls: [nth],
      fault: { kind: fault, acted: moment === "after" },
    });
    const watch = setInterval(() => {
      if (trap.struck === 0) return;
      clearInterval(watch);
      this.struck = this.strike(crash, trap, fault);
    }, 1);
    return () => {
      clearInterval(watch);
      trap.remove();
    };
  }

  private async strike({ at, moment, victim }: AtRequest, trap: ActiveFault, fault: string): Promise<void> {
    const { entries } = this.local.journal;
    const caught = entries.findLast(({ operation, fault: kind }) => operation === at && kind === fault);
    const acted = async (): Promise<void> => {
      for (let tries = 0; tries < patienceMs && caught?.acted === false; tries++) {
        await pause(1);
      }
    };
    if (moment === "after") await acted();
    this.process.kill(victim);
    if (moment !== "late") return;
    trap.release();
    await acted();
  }
}
