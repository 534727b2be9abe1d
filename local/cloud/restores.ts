import { CallerError } from "./callerError";
import type { RestoreJob } from "./engine";

export type RestoreState = "UNKNOWN" | "IN_PROGRESS" | "OK" | "ERR";

/** How a restore ends, as set by a test. */
export interface RestoreOutcome {
  readonly status: "OK" | "ERR" | "IN_PROGRESS";
  readonly errors?: readonly string[];
}

interface TrackedRestore {
  readonly id: number;
  status: RestoreState;
  errors: readonly string[];
  /** Undefined while the restore is being started. */
  job: RestoreJob | undefined;
}

/** How many restores the database remembers. */
const maxRestores = 50;

/** The restores of a backend. They are forgotten when the database restarts. */
export class Restores {
  private tracked: TrackedRestore[] = [];
  private lastId = 0;
  private outcome: RestoreOutcome = { status: "OK" };

  /** Whether a restore is running, or is being started. */
  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Begins a restore, unless another one is running. Returns its id, which counts from 1 since the start of the database. */
  async begin(start: () => Promise<RestoreJob>): Promise<number> {
    const { running } = this;
    if (running !== undefined) throw new CallerError(`another restore operation with id ${running.id} is in progress`);
    this.lastId += 1;
    // Recorded before the database starts it, so that a second request is refused in the meantime.
    const restore: TrackedRestore = { id: this.lastId, status: "IN_PROGRESS", errors: [], job: undefined };
    this.tracked = [...this.tracked, restore].slice(-maxRestores);
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

  /** Sets how the restores that are running, and all later ones, end. */
  setOutcome(outcome: RestoreOutcome): void {
    this.outcome = outcome;
  }

  /** Records the end of the restores that are done by now. */
  finishDue(now: number): void {
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
