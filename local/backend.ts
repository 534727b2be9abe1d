import { randomBytes } from "node:crypto";
import { type Backup, CallerError, type Deployment } from "./deployment";
import type { Content, Engine } from "./engines/engine";
import { MemoryEngine } from "./engines/memory";
import type { Behaviour } from "./options";

export type RestoreState = "UNKNOWN" | "IN_PROGRESS" | "OK" | "ERR";

interface TrackedRestore {
  readonly id: number;
  status: RestoreState;
  errors: readonly string[];
  readonly endsAt: number;
  readonly content: Content;
}

/** How a restore ends, when a test says so. */
export interface RestoreOutcome {
  readonly status: "OK" | "ERR" | "IN_PROGRESS";
  readonly errors?: readonly string[];
}

/** What of a backend outlives a restart of the local cloud. */
export interface SavedBackend {
  readonly content: Content;
  readonly backups: readonly Backup[];
  readonly nextBackupAt?: number | undefined;
}

/** The engine forgets all but the last so many restores. */
const restoresKept = 50;

/** The data plane of one backend: its database, its backups and its restores. Time passes when somebody looks. */
export class Backend {
  readonly engine: Engine = new MemoryEngine();
  private backups: Backup[] = [];
  private restores: TrackedRestore[] = [];
  private lastRestoreId = 0;
  private nextBackupAt: number | undefined;
  private outcome: RestoreOutcome = { status: "OK" };
  private readonly exports = new Map<string, Content>();

  constructor(
    readonly deployment: Deployment,
    private readonly behaviour: Behaviour,
    saved?: SavedBackend,
  ) {
    this.nextBackupAt =
      behaviour.backupEveryMs === undefined || !this.isDedicated
        ? undefined
        : behaviour.now() + behaviour.backupEveryMs;
    if (saved === undefined) return;
    this.engine.load(saved.content);
    this.backups = [...saved.backups];
    if (this.nextBackupAt !== undefined) this.nextBackupAt = saved.nextBackupAt ?? this.nextBackupAt;
  }

  get isDedicated(): boolean {
    return this.deployment.deploymentType === "dedicated";
  }

  isReady(): boolean {
    return this.behaviour.now() >= this.deployment.readyAt;
  }

  /** Lets happen what was due by now: the end of restores, scheduled backups. */
  advance(): void {
    const now = this.behaviour.now();
    while (this.nextBackupAt !== undefined && this.behaviour.backupEveryMs !== undefined && this.nextBackupAt <= now) {
      this.settleRestores(this.nextBackupAt);
      this.takeBackup({ at: this.nextBackupAt });
      this.nextBackupAt += this.behaviour.backupEveryMs;
    }
    this.settleRestores(now);
  }

  /** Takes a backup; a full one starts a new series. */
  takeBackup({ full, at = this.behaviour.now() }: { full?: boolean; at?: number } = {}): Backup {
    if (!this.isDedicated) throw new CallerError("backups exist for dedicated backends only");
    this.settleRestores(at);
    const last = this.backups.at(-1);
    const isFull = full ?? (last === undefined || last.backupNum >= this.behaviour.backupsPerSeries);
    const series = last === undefined || isFull;
    const backup: Backup = {
      type: series ? "full" : "incremental",
      backupNum: series ? 1 : last.backupNum + 1,
      folder: series ? this.newFolder(at) : last.folder,
      timestamp: new Date(at).toISOString().replace(/\.\d+Z$/, "+0000"),
      content: this.engine.content(),
    };
    this.backups.push(backup);
    return backup;
  }

  /** Its backups as series, the oldest first. */
  listBackups(): Backup[][] {
    if (!this.isDedicated) throw new CallerError("backups exist for dedicated backends only");
    const folders = [...new Set(this.backups.map(({ folder }) => folder))];
    return folders.map((folder) => this.backups.filter((backup) => backup.folder === folder));
  }

  findBackup(folder: string, backupNum: number): Backup {
    const series =
      folder === ""
        ? this.backups.filter((backup) => backup.folder === this.backups.at(-1)?.folder)
        : this.backups.filter((backup) => backup.folder === folder);
    const found = backupNum === 0 ? series.at(-1) : series.find((backup) => backup.backupNum === backupNum);
    if (found === undefined)
      throw new CallerError(`no backup ${backupNum} in folder "${folder}" of ${this.deployment.uid}`);
    return found;
  }

  /** Starts a restore of a backup; its id counts from 1 since the engine's start. */
  startRestore(backup: Backup): number {
    if (!this.isDedicated) throw new CallerError("restore exists for dedicated backends only");
    const running = this.restores.find(({ status }) => status === "IN_PROGRESS");
    if (running !== undefined) throw new CallerError(`another restore operation with id ${running.id} is in progress`);
    this.lastRestoreId += 1;
    const endsAt = this.behaviour.now() + this.behaviour.restoreMs;
    this.restores.push({ id: this.lastRestoreId, status: "IN_PROGRESS", errors: [], endsAt, content: backup.content });
    this.restores = this.restores.slice(-restoresKept);
    return this.lastRestoreId;
  }

  restoreStatus(id: number): { status: RestoreState; errors: readonly string[] } {
    return this.restores.find((restore) => restore.id === id) ?? { status: "UNKNOWN", errors: [] };
  }

  /** Says how the restores that are running, and the later ones, end. */
  setRestoreOutcome(outcome: RestoreOutcome): void {
    this.outcome = outcome;
  }

  /** Restarts the engine: running restores are lost, all restores forgotten, and ids count from 1 again. */
  restartEngine(): void {
    this.restores = [];
    this.lastRestoreId = 0;
  }

  /** An export to be fetched with the token it is given. */
  export(): string {
    const token = randomBytes(16).toString("hex");
    this.exports.set(token, this.engine.content());
    return token;
  }

  download(token: string): Content | undefined {
    return this.exports.get(token);
  }

  saved(): SavedBackend {
    return { content: this.engine.content(), backups: this.backups, nextBackupAt: this.nextBackupAt };
  }

  private settleRestores(now: number): void {
    for (const restore of this.restores) {
      if (restore.status !== "IN_PROGRESS" || restore.endsAt > now || this.outcome.status === "IN_PROGRESS") continue;
      restore.status = this.outcome.status;
      restore.errors = this.outcome.errors ?? [];
      if (restore.status === "OK") this.engine.load(restore.content);
    }
  }

  private newFolder(at: number): string {
    const date = new Date(at);
    const week = Math.ceil(
      (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 0)) /
        604_800_000,
    );
    const base = `${date.getUTCFullYear()}-${week}`;
    const taken = new Set(this.backups.map(({ folder }) => folder));
    let folder = base;
    for (let count = 2; taken.has(folder); count++) folder = `${base}-${count}`;
    return folder;
  }
}
