import { findBackup, newFolder, seriesOf } from "./backups";
import { CallerError } from "./callerError";
import type { Deployment } from "./deployment";
import type { Backup, Engine, ExportedFile } from "./engine";
import { Exports } from "./exports";
import type { Behaviour } from "./options";
import { type RestoreOutcome, Restores, type RestoreState } from "./restores";

/** The state of a backend that is saved for the next start of the local cloud. */
export interface SavedBackend {
  readonly engine: unknown;
  readonly nextBackupAt?: number | undefined;
  readonly nextIsFull?: boolean;
}

/** How many missed backups are made up for. After a long pause, all of them would take too long. */
const maxMissedBackups = 10;

/** One backend: its database, its backups and its restores. What is due by the clock happens at the next `advance`. */
export class Backend {
  private readonly restores = new Restores();
  private readonly exports = new Exports();
  private nextBackupAt: number | undefined;
  private nextIsFull: boolean;
  /** What the last listBackups answered. */
  private listed: readonly Backup[] = [];
  private lastBackup: Promise<unknown> = Promise.resolve();

  constructor(
    readonly deployment: Deployment,
    readonly engine: Engine,
    private readonly behaviour: Behaviour,
    saved?: SavedBackend,
  ) {
    this.nextIsFull = saved?.nextIsFull ?? false;
    if (behaviour.backupEveryMs !== undefined && this.isDedicated)
      this.nextBackupAt = saved?.nextBackupAt ?? behaviour.now() + behaviour.backupEveryMs;
  }

  get isDedicated(): boolean {
    return this.deployment.deploymentType === "dedicated";
  }

  get isRestoring(): boolean {
    return this.restores.isRunning;
  }

  isReady(): boolean {
    return this.engine.isRunning && this.behaviour.now() >= this.deployment.readyAt;
  }

  /** Ends the restores that are due, and takes the due backups if the engine can date them back. */
  async advance(): Promise<void> {
    if (this.engine.canBackdateBackups) await this.takeScheduled();
    this.restores.finishDue(this.behaviour.now());
  }

  /** Takes the scheduled backups that are due; of those that were missed, only the last ones. */
  async takeScheduled(): Promise<void> {
    const { now, backupEveryMs } = this.behaviour;
    if (this.nextBackupAt !== undefined && backupEveryMs !== undefined) {
      const missed = Math.floor((now() - this.nextBackupAt) / backupEveryMs) + 1;
      this.nextBackupAt += Math.max(0, missed - maxMissedBackups) * backupEveryMs;
    }
    while (this.nextBackupAt !== undefined && backupEveryMs !== undefined && this.nextBackupAt <= now()) {
      if (!this.isReady()) return;
      const at = this.nextBackupAt;
      this.nextBackupAt = (this.engine.canBackdateBackups ? at : now()) + backupEveryMs;
      await this.takeBackup({ at });
    }
  }

  /** Takes a backup. A full one starts a new series. */
  async takeBackup({ full, at = this.behaviour.now() }: { full?: boolean; at?: number } = {}): Promise<Backup> {
    if (!this.isDedicated) throw new CallerError("backups exist for dedicated backends only");
    // One at a time: each backup continues the series of the one before.
    const backup = this.lastBackup.then(() => this.takeNext(full, at));
    this.lastBackup = backup.catch(() => undefined);
    return backup;
  }

  /** Its backups, grouped by series, the oldest first. */
  async listBackups(): Promise<Backup[][]> {
    if (!this.isDedicated) throw new CallerError("backups exist for dedicated backends only");
    this.listed = await this.engine.backups();
    return seriesOf(this.listed);
  }

  async findBackup(folder: string, backupNum: number): Promise<Backup> {
    // A backup that was listed counts as found, although its files may be gone since: then the restore fails, as at the service.
    const found =
      folder === "" || backupNum === 0
        ? findBackup(await this.engine.backups(), folder, backupNum)
        : (findBackup(this.listed, folder, backupNum) ?? findBackup(await this.engine.backups(), folder, backupNum));
    if (found === undefined)
      throw new CallerError(`no backup ${backupNum} in folder "${folder}" of ${this.deployment.uid}`);
    return found;
  }

  /** Begins a restore. Returns its id, which counts from 1 since the start of the database. */
  async startRestore(source: Backend, backup: Backup): Promise<number> {
    if (!this.isDedicated) throw new CallerError("restore exists for dedicated backends only");
    const endsAt = this.behaviour.now() + this.behaviour.restoreMs;
    return this.restores.begin(() => {
      // Set now, since a restore breaks the series however it ends, and even if the local cloud ends before it.
      this.nextIsFull = true;
      return this.engine.beginRestore(source.engine, backup, endsAt);
    });
  }

  restoreStatus(id: number): { status: RestoreState; errors: readonly string[] } {
    return this.restores.status(id);
  }

  /** Sets how the restores that are running, and all later ones, end. */
  setRestoreOutcome(outcome: RestoreOutcome): void {
    this.restores.setOutcome(outcome);
  }

  /** Restarts the database: running restores are lost, all restores are forgotten, and their ids count from 1 again. */
  async restartEngine(): Promise<void> {
    this.restores.forget();
    await this.engine.restart();
  }

  /** Exports the data. Returns the paths of the files, which can be downloaded until 50 later exports have been made. */
  export(): Promise<string[]> {
    return this.exports.create(this.engine);
  }

  download(path: string): ExportedFile | undefined {
    return this.exports.find(path);
  }

  saved(): SavedBackend {
    return { ...this.times(), engine: this.engine.saved() };
  }

  /** Like `saved`, but with the number of changes in place of what the database holds. */
  fingerprint(): SavedBackend {
    return { ...this.times(), engine: this.engine.changes };
  }

  private times(): Omit<SavedBackend, "engine"> {
    return { nextBackupAt: this.nextBackupAt, nextIsFull: this.nextIsFull };
  }

  private async takeNext(full: boolean | undefined, at: number): Promise<Backup> {
    this.restores.finishDue(at);
    const backups = await this.engine.backups();
    const last = backups.at(-1);
    const isFull = full ?? (this.nextIsFull || last === undefined || last.backupNum >= this.behaviour.backupsPerSeries);
    const startsSeries = isFull || last === undefined;
    const folder = startsSeries ? newFolder(at, backups) : last.folder;
    const backup = await this.engine.takeBackup({ folder, isFull: startsSeries, at });
    this.nextIsFull = this.restores.isRunning;
    return backup;
  }
}
