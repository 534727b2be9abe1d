import type { Cloud } from "./cloud";

const lookEveryMs = 500;

/** Takes the scheduled backups of databases that cannot make up for one later. */
export class Schedule {
  private readonly timer: NodeJS.Timeout;
  private readonly busy = new Set<string>();

  constructor(
    private readonly cloud: Cloud,
    private readonly say: (line: string) => void,
  ) {
    this.timer = setInterval(() => {
      this.look();
    }, lookEveryMs).unref();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    for (const backend of this.cloud.allBackends()) {
      const { uid } = backend.deployment;
      if (backend.engine.canBackdate || this.busy.has(uid)) continue;
      this.busy.add(uid);
      backend
        .takeScheduled()
        .catch((error: unknown) => {
          this.say(`backend ${uid}: no scheduled backup: ${error instanceof Error ? error.message : String(error)}`);
        })
        .finally(() => this.busy.delete(uid));
    }
  }
}
