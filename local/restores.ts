import { CallerError } from "./deployment";
import type { RestoreJob } from "./engines/engine";

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
  readonly job: RestoreJob;
}

/** The database forgets all but the last so many restores. */
const restoresKept = 50;

/** What a backend knows of its restores; all of it is forgotten when the database restarts. */
export class Restores {
  private tracked: TrackedRestore[] = [];
  private lastId = 0;
  private outcome: RestoreOutcome = { status: "OK" };

  /** Throws while another one runs. */
  refuseSecond(): void {
    const running = this.tracked.find(({ status }) => status === "IN_PROGRESS");
    if (running !== undefined) throw new CallerError(`another restore operation with id ${running.id} is in progress`);
  }

  /** Keeps a restore that has begun; its id counts from 1 since the database's start. */
  track(job: RestoreJob): number {
    this.lastId += 1;
    this.tracked.push({ id: this.lastId, status: "IN_PROGRESS", errors: [], job });
    this.tracked = this.tracked.slice(-restoresKept);
    return this.lastId;
  }

  status(id: number): { status: RestoreState; errors: readonly string[] } {
    return this.tracked.find((restore) => restore.id === id) ?? { status: "UNKNOWN", errors: [] };
  }

  /** Says how the restores that are running, and the later ones, end. */
  setOutcome(outcome: RestoreOutcome): void {
    this.outcome = outcome;
  }

  /** Ends what has ended by now; tells whether data was replaced. */
  settle(now: number): boolean {
    let replaced = false;
    for (const restore of this.tracked) {
      if (restore.status !== "IN_PROGRESS" || this.outcome.status === "IN_PROGRESS" || !restore.job.isDone(now))
        continue;
      const { status, errors = [] } = this.outcome.status === "OK" ? restore.job.finish() : this.outcome;
      restore.status = status;
      restore.errors = errors;
      replaced ||= status === "OK";
    }
    return replaced;
  }

  forget(): void {
    this.tracked = [];
    this.lastId = 0;
  }
}
