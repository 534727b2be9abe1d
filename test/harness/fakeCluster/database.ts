import { Nodes } from "./nodes";
import { draining, Refusal } from "./refusal";
import { alter, emptySchema, problemOf, type StoredSchema, wantedBy } from "./storedSchema";

/** What one namespace holds. */
export class Namespace {
  /** The GraphQL schema. Undefined when it was never set. */
  text: string | undefined;
  stored: StoredSchema = emptySchema;
  nodes = new Nodes();
  /** The text before the last update, and when that update came. A fault uses it to answer late. */
  before: { readonly text: string | undefined; readonly at: number } = { text: undefined, at: -Infinity };

  static copyOf(other: Namespace): Namespace {
    const copy = new Namespace();
    copy.text = other.text;
    copy.stored = other.stored;
    copy.nodes = Nodes.copyOf(other.nodes);
    return copy;
  }

  /** Refuses a text that is no schema. */
  check(text: string): void {
    const problem = problemOf(text);
    if (problem !== undefined) throw new Refusal(problem);
  }

  /**
   * Replaces the GraphQL schema. Like Dgraph, it saves the text even when the predicates are refused. `applied` names the only
   * predicates that an injected refusal lets through.
   */
  update(
    text: string,
    now: number,
    injected?: { readonly message: string; readonly applied: readonly string[] },
  ): void {
    this.check(text);
    this.before = { text: this.text, at: now };
    this.text = text;
    const wanted = wantedBy(text);
    const { stored, refusal } =
      injected === undefined
        ? alter(this.stored, wanted, this.nodes)
        : { stored: partly(this.stored, wanted, injected.applied), refusal: injected.message };
    this.stored = stored;
    if (refusal !== undefined)
      throw new Refusal(
        `succeeded in saving GraphQL schema but failed to alter Dgraph schema - GraphQL layer may exhibit unexpected behaviour, reapplying the old GraphQL schema may prevent any issues: ${refusal}`,
      );
  }

  dropPredicate(name: string): void {
    this.nodes.dropPredicate(name);
    const predicates = new Map(this.stored.predicates);
    predicates.delete(name);
    this.stored = { ...this.stored, predicates };
  }

  dropType(name: string): void {
    const types = new Map(this.stored.types);
    types.delete(name);
    this.stored = { ...this.stored, types };
  }
}

function partly(stored: StoredSchema, wanted: StoredSchema, applied: readonly string[]): StoredSchema {
  const predicates = new Map(stored.predicates);
  for (const name of applied) {
    const predicate = wanted.predicates.get(name);
    if (predicate !== undefined) predicates.set(name, predicate);
  }
  return { ...stored, predicates };
}

/** A user of access control. */
export interface User {
  readonly name: string;
  readonly namespace: number;
  readonly isGuardian: boolean;
  /** The predicates that a user who is no guardian may read. */
  readonly reads?: readonly string[];
  password: string;
}

/** The superuser as Dgraph creates it, and creates it again after a drop of all data. */
export const wellKnownPassword = "password";

const superuser = (namespace: number): User => ({
  name: "groot",
  namespace,
  isGuardian: true,
  password: wellKnownPassword,
});

/** Everything that a backup holds. */
interface Content {
  readonly namespaces: ReadonlyMap<number, Namespace>;
  /** None in a backup of a cluster without access control. */
  readonly users: User[];
}

/** One backup in a folder. A test may damage it or encrypt it. */
export interface StoredBackup {
  readonly backupId: string;
  readonly backupNum: number;
  readonly type: "full" | "incremental";
  readonly path: string;
  readonly content: Content;
  /** How much was written before the backup. */
  readonly version: number;
  isDamaged: boolean;
  /** The key file that decrypts it. */
  keyFile: string | undefined;
}

/** A backup that Dgraph takes, or has tried to take. */
export interface BackupTask {
  readonly id: string;
  /** When the backup is in its folder. */
  readonly writtenAt: number;
  /** When the task ends. */
  readonly endsAt: number;
  isWritten: boolean;
  readonly fails: boolean;
  readonly startedAt: number;
  /** The content when the backup was requested. */
  readonly backup: StoredBackup;
  readonly folder: string;
  status: "Queued" | "Running" | "Failed" | "Success";
}

const failure = { code: "Failure", message: null };
const cannotVerify = "failed to verify backup: while retrieving manifests: ";

export function notEnough(backupNum = 0): Refusal {
  return new Refusal(`${cannotVerify}not enough backups to restore manifest with backupNum ${backupNum}`, failure);
}

/** Whether a location is on an object store. */
export function isStore(location: string): boolean {
  return /^(s3|minio):/.test(location);
}

/** How long the task of the first backup of an object store's folder runs on after the backup is there. */
const storeTaskMs = 100_000;

interface RunningRestore {
  readonly endsAt: number;
  /** Undefined for a backup that cannot be read: the database is empty afterwards. */
  readonly content: Content | undefined;
}

/** A restore that cannot read its backup ends this soon. */
const failedRestoreMs = 600;

/** Only so long after the end of a restore does Dgraph make a superuser that the backup did not have. Until then nobody can log in. */
const superuserAfterMs = 1_200;

/** The database of the fake cluster: namespaces, users, backups, and what runs. */
export class Database {
  readonly namespaces = new Map([[0, new Namespace()]]);
  users: User[] = [superuser(0)];
  readonly folders = new Map<string, StoredBackup[]>();
  readonly tasks = new Map<string, BackupTask>();
  /** Folders and stores that a backup cannot write. */
  readonly unwritable = new Set<string>();
  /** The key that encrypts new backups: a file on Alpha's machine. */
  encryptsWith: string | undefined;
  /** Predicates whose indexes are built at this moment. */
  indexing: readonly string[] = [];
  /** The text that Dgraph still has in memory after a restore that emptied the database. */
  private remembered: ReadonlyMap<number, string | undefined> = new Map();
  private restore: RunningRestore | undefined;
  /** When Dgraph makes the superuser that a restore has not brought. */
  private superuserAt: number | undefined;
  /** Whether Alpha has forgotten the text that it had in memory. A restore makes it forget, and the next document of /admin makes it read the text again. */
  hasForgotten = false;
  private version = 0;
  private created = 0;

  constructor(
    private readonly now: () => number,
    /** How long a restore and a backup take. They may be changed at any time. */
    readonly durations: { restoreMs: number; backupMs: number },
  ) {}

  namespace(id: number): Namespace {
    let found = this.namespaces.get(id);
    if (found === undefined) this.namespaces.set(id, (found = new Namespace()));
    return found;
  }

  /** The GraphQL schema as getGQLSchema answers it. */
  textOf(id: number): string | undefined {
    return this.namespace(id).text ?? this.remembered.get(id);
  }

  get isRestoring(): boolean {
    this.settle();
    return this.restore !== undefined;
  }

  get isBackingUp(): boolean {
    this.settle();
    return [...this.tasks.values()].some((task) => isUnfinished(task) && !task.isWritten);
  }

  /** Ends what has had its time. */
  settle(): void {
    for (const task of this.tasks.values()) {
      if (isUnfinished(task) && task.writtenAt <= this.now()) this.write(task);
      if (isUnfinished(task) && task.endsAt <= this.now()) task.status = task.fails ? "Failed" : "Success";
    }
    if (this.restore !== undefined && this.restore.endsAt <= this.now()) this.finishRestore();
    if (this.superuserAt !== undefined && this.superuserAt <= this.now()) this.makeSuperuser();
  }

  /** A user of access control. */
  user(name: string, namespace: number): User | undefined {
    return this.users.find((one) => one.name === name && one.namespace === namespace);
  }

  private makeSuperuser(): void {
    this.superuserAt = undefined;
    if (this.user("groot", 0) === undefined) this.users.push(superuser(0));
  }

  /** Ends the restore that runs, if one does. */
  finishRestore(): void {
    const { restore } = this;
    if (restore === undefined) return;
    this.restore = undefined;
    this.hasForgotten = true;
    const texts = [...this.namespaces].map(([id]) => [id, this.textOf(id)] as const);
    this.remembered = new Map(restore.content === undefined ? texts : []);
    this.namespaces.clear();
    this.namespace(0);
    for (const [id, namespace] of restore.content?.namespaces ?? [])
      this.namespaces.set(id, Namespace.copyOf(namespace));
    this.users = restore.content?.users.map((user) => ({ ...user })) ?? [];
    this.superuserAt = this.now() + superuserAfterMs;
    this.wrote();
  }

  /** Ends the backups that run. */
  finishBackups(): void {
    for (const task of this.tasks.values()) {
      if (!isUnfinished(task)) continue;
      this.write(task);
      task.status = task.fails ? "Failed" : "Success";
    }
  }

  /** What a restart of Alpha changes: it forgets the text of an emptied database, and backups that ran have failed. */
  restart(): void {
    this.settle();
    this.remembered = new Map();
    this.hasForgotten = false;
    for (const task of this.tasks.values()) if (isUnfinished(task)) task.status = "Failed";
  }

  /** Records that something was written: only then can an incremental backup be taken. */
  wrote(): void {
    this.version += 1;
  }

  refuseWhileRestoring(): void {
    if (this.isRestoring) throw new Refusal(draining);
  }

  /** Begins a backup, and returns its task. */
  beginBackup(folder: string, isFull: boolean): BackupTask {
    const earlier = this.folders.get(folder) ?? [];
    const latest = earlier.at(-1);
    const hasNothingNew = !isFull && latest?.version === this.version;
    if (this.isRestoring || this.isBackingUp || hasNothingNew) throw new Refusal("task failed");
    const startedAt = this.now();
    this.created += 1;
    const continues = latest !== undefined && !isFull;
    const backup: StoredBackup = {
      backupId: continues ? latest.backupId : `fake_series${this.created}`,
      backupNum: continues ? latest.backupNum + 1 : 1,
      type: continues ? "incremental" : "full",
      path: pathAt(startedAt),
      content: this.content(),
      version: this.version,
      isDamaged: false,
      keyFile: this.encryptsWith,
    };
    const task: BackupTask = {
      id: `0x1${(0xe39a3955 + this.created).toString(16)}`,
      startedAt,
      writtenAt: startedAt + this.durations.backupMs,
      endsAt: startedAt + this.durations.backupMs + (isStore(folder) && latest === undefined ? storeTaskMs : 0),
      isWritten: false,
      fails: this.unwritable.has(folder),
      backup,
      folder,
      status: "Queued",
    };
    this.tasks.set(task.id, task);
    return task;
  }

  /** Begins a restore. Throws if Dgraph would see at once that it cannot. */
  beginRestore(folder: string, backupId: string | undefined, backupNum: number | undefined, keyFile?: string): void {
    if (this.isRestoring)
      throw new Refusal("another restore operation is already running. Please retry later.", failure);
    const all = this.folders.get(folder);
    if (all === undefined)
      throw new Refusal(`${cannotVerify}getManifestWithoutUpgrade: The uri path: "${folder}" doesn't exists`, failure);
    const series = all.filter((backup) => backup.backupId === (backupId ?? all.at(-1)?.backupId));
    const chosen = backupNum === undefined ? series.at(-1) : series.find((backup) => backup.backupNum === backupNum);
    if (chosen === undefined) throw notEnough(backupNum);
    const isReadable =
      keyFile === chosen.keyFile && series.every((one) => one.backupNum > chosen.backupNum || !one.isDamaged);
    const ms = isReadable ? this.durations.restoreMs : Math.min(failedRestoreMs, this.durations.restoreMs);
    this.restore = { endsAt: this.now() + ms, content: isReadable ? chosen.content : undefined };
  }

  dropEverything(): void {
    this.namespaces.clear();
    this.namespace(0).text = "";
    this.users = [superuser(0)];
    this.remembered = new Map();
    this.wrote();
  }

  dropData(id: number): void {
    this.namespace(id).nodes.clear();
    this.users = [...this.users.filter(({ namespace }) => namespace !== id), superuser(id)];
    this.wrote();
  }

  private content(): Content {
    return {
      namespaces: new Map([...this.namespaces].map(([id, namespace]) => [id, Namespace.copyOf(namespace)])),
      users: this.users.map((user) => ({ ...user })),
    };
  }

  private write(task: BackupTask): void {
    if (task.isWritten) return;
    task.isWritten = true;
    if (!task.fails) this.folders.set(task.folder, [...(this.folders.get(task.folder) ?? []), task.backup]);
  }
}

export function isUnfinished({ status }: BackupTask): boolean {
  return status === "Queued" || status === "Running";
}

/** The folder of a backup: "dgraph.20261127.182346.455". */
function pathAt(time: number): string {
  const [date = "", clock = ""] = new Date(time).toISOString().replace(/[-:Z]/g, "").split("T");
  return `dgraph.${date}.${clock}`;
}
