import { findBackup, newFolder, seriesOf } from "./backups";
import { CallerError, type Deployment } from "./deployment";
import type { Backup, Engine, ExportedFile } from "../engines/engine";
import { Exports } from "./exports";
import type { Behaviour } from "./options";
import { type RestoreOutcome, Restores, type RestoreState } from "./restores";

/** What of a backend outlives a restart of the local cloud. */
export interface SavedBackend {
  readonly engine: unknown;
  readonly nextBackupAt?: number | undefined;
  readonly nextIsFull?: boolean;
}

/** After a long time without anybody, a backup for each time that was due would be as long in the making. */
const missedTaken = 10;

/** The data plane of one backend: its database, its backups and its restores. Time passes when somebody looks. */
export class Backend {
  private readonly restores = new Restores();
  private readonly exports = new Exports();
  private nextBackupAt: number | undefined;
  private nextIsFull: boolean;
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

  isReady(): boolean {
    return this.engine.isRunning && this.behaviour.now() >= this.deployment.readyAt;
  }

  /** Lets happen what was due by now: the end of restores and, where that can be made up for later, scheduled backups. */
  async advance(): Promise<void> {
    if (this.engine.canBackdate) await this.takeScheduled();
    this.restores.settle(this.behaviour.now());
  }

  /** Takes the scheduled backups that are due; of those that were missed, the last ones. */
  async takeScheduled(): Promise<void> {
    const { now, backupEveryMs } = this.behaviour;
    if (this.nextBackupAt !== undefined && backupEveryMs !== undefined) {
      const missed = Math.floor((now() - this.nextBackupAt) / backupEveryMs) + 1;
      this.nextBackupAt += Math.max(0, missed - missedTaken) * backupEveryMs;
    }
    while (this.nextBackupAt !== undefined && backupEveryMs !== undefined && this.nextBackupAt <= now()) {
      if (!this.isReady()) return;
      const at = this.nextBackupAt;
      this.nextBackupAt = (this.engine.canBackdate ? at : now()) + backupEveryMs;
      await this.takeBackup({ at });
    }
  }

  /** Takes a backup; a full one starts a new series. */
  async takeBackup({ full, at = this.behaviour.now() }: { full?: boolean; at?: number } = {}): Promise<Backup> {
    if (!this.isDedicated) throw new CallerError("backups exist for dedicated backends only");
    // One at a time: the second of two would not know of the first.
    const taken = this.lastBackup.then(() => this.takeNext(full, at));
    this.lastBackup = taken.catch(() => undefined);
    return taken;
  }

  /** Its backups as series, the oldest first. */
  async listBackups(): Promise<Backup[][]> {
    if (!this.isDedicated) throw new CallerError("backups exist for dedicated backends only");
    this.listed = await this.engine.backups();
    return seriesOf(this.listed);
  }

  async findBackup(folder: string, backupNum: number): Promise<Backup> {
    // What was listed is looked for in the list: if it has gone since, the restore of it fails, as in the cloud.
    const found =
      folder === "" || backupNum === 0
        ? findBackup(await this.engine.backups(), folder, backupNum)
        : (findBackup(this.listed, folder, backupNum) ?? findBackup(await this.engine.backups(), folder, backupNum));
    if (found === undefined)
      throw new CallerError(`no backup ${backupNum} in folder "${folder}" of ${this.deployment.uid}`);
    return found;
  }

  /** Begins a restore of a backup of a backend; its id counts from 1 since the database's start. */
  async startRestore(source: Backend, backup: Backup): Promise<number> {
    if (!this.isDedicated) throw new CallerError("restore exists for dedicated backends only");
    const endsAt = this.behaviour.now() + this.behaviour.restoreMs;
    return this.restores.begin(() => {
      // Whatever comes of it, also when nobody is there to see it: the series so far does not go on from what it leaves.
      this.nextIsFull = true;
      return this.engine.beginRestore(source.engine, backup, endsAt);
    });
  }

  restoreStatus(id: number): { status: RestoreState; errors: readonly string[] } {
    return this.restores.status(id);
  }

  /** Says how the restores that are running, and the later ones, end. */
  setRestoreOutcome(outcome: RestoreOutcome): void {
    this.restores.setOutcome(outcome);
  }

  /** Restarts the database: running restores are lost, all restores forgotten, and ids count from 1 again. */
  async restartEngine(): Promise<void> {
    this.restores.forget();
    await this.engine.restart();
  }

  /** An export; gives the paths under which its files can be fetched, until 50 later ones have been made. */
  export(): Promise<string[]> {
    return this.exports.make(this.engine);
  }

  download(path: string): ExportedFile | undefined {
    return this.exports.find(path);
  }

  saved(): SavedBackend {
    return { ...this.times(), engine: this.engine.saved() };
  }

  /** The same with a number for what the database holds, which counts its changes. */
  mark(): SavedBackend {
    return { ...this.times(), engine: this.engine.changes };
  }

  private times(): Omit<SavedBackend, "engine"> {
    return { nextBackupAt: this.nextBackupAt, nextIsFull: this.nextIsFull };
  }

  private async takeNext(full: boolean | undefined, at: number): Promise<Backup> {
    this.restores.settle(at);
    const backups = await this.engine.backups();
    const last = backups.at(-1);
    const isFull = full ?? (this.nextIsFull || last === undefined || last.backupNum >= this.behaviour.backupsPerSeries);
    const begins = isFull || last === undefined;
    const folder = begins ? newFolder(at, backups) : last.folder;
    const backup = await this.engine.takeBackup({ folder, isFull: begins, at });
    this.nextIsFull = this.restores.isRunning;
    return backup;
  }
}
