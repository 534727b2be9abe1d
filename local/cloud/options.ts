import type { EngineKind } from "./engine";

/** An account that can log in. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

/** How the local cloud behaves. All times are in milliseconds. */
export interface LocalCloudOptions {
  /** Port of the control plane on 127.0.0.1; 0 takes a free one. Default 0. */
  readonly port?: number;
  /** Folder that keeps the state across restarts. Default: none, the state is lost at the end. */
  readonly data?: string;
  /** The database behind each backend: a small one in memory, or a real Dgraph. Default "memory". */
  readonly engine?: EngineKind;
  /** The `dgraph` program for the engine "dgraph". Default: $DGRAPHCLOUD_LOCAL_DGRAPH, or the one on PATH. */
  readonly dgraph?: string;
  /** Called with each log line, such as a database that was started again. Default: prints it to standard error. */
  readonly say?: (line: string) => void;
  /** Default: one, {@link defaultAccount}. */
  readonly accounts?: readonly Account[];
  /** How long a new backend answers 503. Default 3000. */
  readonly provisioningMs?: number;
  /** How long a backend answers 503 after updateDeployment. Default 0. */
  readonly restartMs?: number;
  /** How long a restore runs in memory; a real Dgraph takes its own time. Default 5000. */
  readonly restoreMs?: number;
  /** How long dropData takes to answer. Default 0. */
  readonly dropMs?: number;
  /** How long a session lives. Default 10800000 (3 hours). */
  readonly sessionMs?: number;
  /** The interval of scheduled backups of dedicated backends, 1000 or more. Default: no scheduled backups. */
  readonly backupEveryMs?: number;
  /** After how many scheduled backups a full one starts a new series. Default 42 (a week of one every 4 hours). */
  readonly backupsPerSeries?: number;
  /** Refuse a second backend of the same name. Whether the service does is not known. Default false. */
  readonly uniqueNames?: boolean;
  /** Refuse a second backend with the same subdomain. Default true. */
  readonly uniqueSubdomains?: boolean;
  /** The time, in milliseconds since the Unix epoch. Default Date.now. */
  readonly now?: () => number;
}

// The password is no word of a message or a command, since clients redact their password wherever it occurs.
export const defaultAccount: Account = { email: "dev@example.com", password: "local-password" };

/** Backups at a shorter interval would leave no time for anything else. */
export const leastBackupEveryMs = 1_000;

/** Options that are about the process and its files, not about the cloud. */
type ProcessOptions = "data" | "engine" | "dgraph" | "say";

/** The options with their defaults. */
export type Behaviour = Required<Omit<LocalCloudOptions, ProcessOptions | "backupEveryMs">> &
  Pick<LocalCloudOptions, "backupEveryMs">;

/** Fills in the defaults. Throws when an option cannot be used. */
export function behaviourOf(options: LocalCloudOptions): Behaviour {
  const { backupEveryMs = leastBackupEveryMs } = options;
  if (!Number.isFinite(backupEveryMs) || backupEveryMs < leastBackupEveryMs)
    throw new Error(`backupEveryMs must be ${leastBackupEveryMs} (one second) or more, not ${backupEveryMs}`);
  return {
    port: 0,
    accounts: [defaultAccount],
    provisioningMs: 3_000,
    restartMs: 0,
    restoreMs: 5_000,
    dropMs: 0,
    sessionMs: 10_800_000,
    backupsPerSeries: 42,
    uniqueNames: false,
    uniqueSubdomains: true,
    now: Date.now,
    ...options,
  };
}
