import type { EngineKind } from "../engines/index";

/** Somebody who can log in. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

/** How the local cloud behaves. All times are in milliseconds. */
export interface LocalCloudOptions {
  /** Port of the control plane on 127.0.0.1; 0 takes a free one. Default 0. */
  readonly port?: number;
  /** Folder that keeps the state across restarts. Default: none, everything is forgotten. */
  readonly data?: string;
  /** What stands behind each backend: a small database in memory, or a real Dgraph. Default "memory". */
  readonly engine?: EngineKind;
  /** The `dgraph` program for the engine "dgraph". Default: $DGRAPHCLOUD_LOCAL_DGRAPH, or the one on PATH. */
  readonly dgraph?: string;
  /** Told what happens to the databases. Default: to standard error. */
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
  /** How often dedicated backends are backed up by themselves, 1000 or more. Default: never. */
  readonly backupEveryMs?: number;
  /** After how many scheduled backups a full one starts a new series. Default 42 (a week of one every 4 hours). */
  readonly backupsPerSeries?: number;
  /** Refuse a second backend of the same name. It is not known whether the service does. Default false. */
  readonly uniqueNames?: boolean;
  /** Refuse a second backend of the same subdomain. Default true. */
  readonly uniqueSubdomains?: boolean;
  /** The time, in milliseconds since the Unix epoch. Default Date.now. */
  readonly now?: () => number;
}

// No word of a message or a command: a client blanks its password out wherever it stands.
export const defaultAccount: Account = { email: "dev@example.com", password: "local-password" };

/** More often than that, backups would leave no time for anything else. */
export const leastBackupEveryMs = 1_000;

type Outside = "data" | "engine" | "dgraph" | "say";

export type Behaviour = Required<Omit<LocalCloudOptions, Outside | "backupEveryMs">> &
  Pick<LocalCloudOptions, "backupEveryMs">;

/** The options with their defaults. Throws when one cannot be used. */
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
