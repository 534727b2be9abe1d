import { CallerError } from "./deployment";
import type { RestoreJob } from "../engines/engine";

export type RestoreState = "UNKNOWN" | "IN_PROGRESS" | "OK" | "ERR";

/** How a restore ends, when a test says so. */
export interface RestoreOutcome {
  readonly status: "OK" | "ERR" | "IN_PROGRESS";
  readonly errors?: readonly string[];
}

interface TrackedRestore {
  readonly id: number;
  status: RestoreState;
  errors: readonly string[];
  /** Missing while it is being begun. */
  job: RestoreJob | undefined;
}

/** The database forgets all but the last so many restores. */
const restoresKept = 50;

/** What a backend knows of its restores; all of it is forgotten when the database restarts. */
export class Restores {
  private tracked: TrackedRestore[] = [];
  private lastId = 0;
  private outcome: RestoreOutcome = { status: "OK" };

  /** Whether one is at work, or is being begun. */
  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Begins a restore, unless another one runs; its id counts from 1 since the database's start. */
  async begin(start: () => Promise<RestoreJob>): Promise<number> {
    const { running } = this;
    if (running !== undefined) throw new CallerError(`another restore operation with id ${running.id} is in progress`);
    this.lastId += 1;
    // Its place is taken before the database is asked: a second one that is sent meanwhile would not know of it.
    const restore: TrackedRestore = { id: this.lastId, status: "IN_PROGRESS", errors: [], job: undefined };
    this.tracked = [...this.tracked, restore].slice(-restoresKept);
    try {
      restore.job = await start();
    } catch (error) {
      if (this.tracked.includes(restore)) this.lastId -= 1;
      this.tracked = this.tracked.filter((other) => other !== restore);
      throw error;
    }
    return restore.id;
  }

  status(id: number): { status: RestoreState; errors: readonly string[] } {
    return this.tracked.find((restore) => restore.id === id) ?? { status: "UNKNOWN", errors: [] };
  }

  /** Says how the restores that are running, and the later ones, end. */
  setOutcome(outcome: RestoreOutcome): void {
    this.outcome = outcome;
  }

  /** Ends what has ended by now. */
  settle(now: number): void {
    for (const restore of this.tracked) {
      const { job } = restore;
      if (restore.status !== "IN_PROGRESS" || this.outcome.status === "IN_PROGRESS" || job?.isDone(now) !== true)
        continue;
      const { status, errors = [] } = this.outcome.status === "OK" ? job.finish() : this.outcome;
      restore.status = status;
      restore.errors = errors;
    }
  }

  forget(): void {
    this.tracked = [];
    this.lastId = 0;
  }

  private get running(): TrackedRestore | undefined {
    return this.tracked.find(({ status }) => status === "IN_PROGRESS");
  }
}
