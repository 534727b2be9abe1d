import type { Cloud } from "./cloud";

const checkEveryMs = 500;

/** Takes the scheduled backups in time, for the engines that cannot date a backup back. */
export class Schedule {
  private readonly timer: NodeJS.Timeout;
  private readonly busy = new Set<string>();

  constructor(
    private readonly cloud: Cloud,
    private readonly say: (line: string) => void,
  ) {
    this.timer = setInterval(() => {
      this.check();
    }, checkEveryMs).unref();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private check(): void {
    for (const backend of this.cloud.allBackends()) {
      const { uid } = backend.deployment;
      if (backend.engine.canBackdateBackups || this.busy.has(uid)) continue;
      this.busy.add(uid);
      backend
        .takeScheduled()
        .catch((error: unknown) => {
          this.say(
            `backend ${uid}: the scheduled backup failed: ${error instanceof Error ? error.message : String(error)}`,
          );
        })
        .finally(() => this.busy.delete(uid));
    }
  }
}
