import type { Backup, LiveSchema, RestoreStatusAnswer, StoredNames, StoredPredicate, StoredTypes } from "./dataAnswers";
import type { Code } from "../errors/codes";
import type { ObjectStoreCredentials } from "../types";
import type { Call } from "./retry";
import type { Probed } from "./transport";

/** What holds data: a backend of Dgraph Cloud, or a cluster. */
export interface Target {
  /** The uid of the backend, or the id of the cluster. */
  readonly id: string;
  /** The plan of a backend; undefined when the service does not tell it, and for a cluster. */
  readonly deploymentType?: string | null | undefined;
}

/** Whether an id is the uid of a backend of Dgraph Cloud. Clusters have UUIDs. */
export function isBackend(id: string): boolean {
  return /^0x[0-9a-f]+$/i.test(id);
}

/** A restore or a backup that is in progress. */
export interface Running {
  readonly what: "restore" | "backup";
  /** The number that Dgraph Cloud gives a restore. A cluster gives none. */
  readonly restoreId?: number;
}

/** Where backups are: those of a backend, or those in a folder or an object store that a cluster reads. */
export type BackupSource =
  { readonly uid: string } | { readonly location: string; readonly credentials?: ObjectStoreCredentials | undefined };

/** Which backup is restored. */
export interface RestoreChoice {
  readonly source: BackupSource;
  readonly backup: Pick<Backup, "series" | "backupNum" | "predicates">;
  /** Path of the key on Alpha's machine. */
  readonly encryptionKeyFile?: string | undefined;
  /** What the backup holds, as a Backup counted it. */
  readonly contents?: Contents | undefined;
}

/** How many nodes a database has of each type, and with each predicate. */
export interface Contents {
  readonly types: Readonly<Record<string, number>>;
  readonly predicates: Readonly<Record<string, number>>;
}

/** A restore that was sent. */
export interface SentRestore {
  readonly target: string;
  /** The id of its RestoreRequest. */
  readonly request: string;
  readonly restoreId?: number | undefined;
  /** What the backup holds, as a Backup counted it. */
  readonly contents?: Contents | undefined;
  /** The predicates that the backup names. */
  readonly predicates?: readonly string[] | undefined;
}

/** What one drop of data removes. */
export type Drop =
  | { readonly allData: true }
  | { readonly allDataAndSchema: true }
  | { readonly types: readonly string[] }
  | { readonly fields: readonly string[] };

/** What came of a drop that was carried out. */
export interface DropAnswer {
  /** The service's message. */
  readonly message: string;
  /** What should have followed the drop and did not. */
  readonly warning?: string;
}

/** An action before it is sent. */
export type PlannedAction =
  | { readonly what: "drop"; readonly drop: Drop; readonly resetAccessControl?: boolean | undefined }
  | { readonly what: "restore" | "backup" };

/** Why an action must not be sent. */
export interface ActionRefusal {
  readonly code: Code;
  /** The input that it is about; empty for none. */
  readonly property: string;
  readonly reason: string;
}

/** Where a backup goes, and of what kind it is. */
export interface BackupOrder {
  readonly destination: string;
  /** Begins a new series, instead of adding to the newest one. */
  readonly full: boolean;
  readonly credentials?: ObjectStoreCredentials | undefined;
}

/** How far the task of a backup is. */
export type BackupStatus = "queued" | "running" | "succeeded" | "failed";

/** The endpoints at the data: those of the backends of an account, or those of a cluster. One method an operation. */
export interface DataPlane {
  /**
   * The target that a resource means. Throws when it is not there. A cluster needs no name, since there is one; a given one is compared with
   * the cluster that answers.
   */
  locate(target: string | undefined, call: Call): Promise<Target>;
  /** What everybody must know about the connection: that it is not encrypted, say. */
  readonly warning?: string | undefined;
  /** The target in words, for messages: `the backend "staging" (0x42)`. */
  describe(target: string | undefined, call: Call): Promise<string>;
  /** The names by which `confirm` may call the target. */
  namesOf(target: string | undefined, call: Call): Promise<readonly string[]>;
  /** Whether the target does not exist any more, as far as one look tells. */
  lacks(target: string, call: Call): Promise<boolean>;
  /** Why the settings rule an action out, found without a call; undefined when they do not. */
  refusalOf(action: PlannedAction): ActionRefusal | undefined;
  /** Status 200 once the target takes requests. */
  readiness(target: string, call: Call): Promise<Probed>;
  /** What is in progress. `highestId` is the highest number of a restore that this stack knows. */
  running(target: string, highestId: number, call: Call): Promise<Running | undefined>;

  /** The backups, series by series. */
  listBackups(source: BackupSource, call: Call): Promise<Backup[]>;
  /** Sent once; returns the number of the restore, where there is one. After an error for which `mayHaveRun` holds, a restore may be running. */
  restore(target: string, choice: RestoreChoice, call: Call): Promise<number | undefined>;
  restoreStatus(restore: SentRestore, call: Call): Promise<RestoreStatusAnswer>;
  /** Sent once; returns the id of the task. After an error for which `mayHaveRun` holds, a backup may be running. */
  backup(target: string, order: BackupOrder, call: Call): Promise<string>;
  backupStatus(target: string, taskId: string, call: Call): Promise<BackupStatus>;

  /** Sent once. After an error for which `mayHaveRun` holds, data may be gone. */
  dropData(target: string, drop: Drop, call: Call): Promise<DropAnswer>;
  /** Exports everything; whoever has the URLs can read the data. */
  export(target: string, call: Call): Promise<string[]>;

  /** The GraphQL schema as it was uploaded; empty when there is none. */
  schema(target: string, call: Call): Promise<string>;
  /** The GraphQL schema, with the API that Dgraph makes of it. */
  generatedSchema(target: string, call: Call): Promise<LiveSchema>;
  /**
   * Replaces the GraphQL schema. Its caller may send it again, after a look at what is live. Building indexes can take as long as the operation
   * has. After an error, Dgraph may have saved the text all the same.
   */
  updateSchema(target: string, schema: string, call: Call): Promise<LiveSchema>;

  /** The predicates of the database itself. A backend in the mode graphql does not answer this. */
  storedPredicates(target: string, call: Call): Promise<StoredPredicate[]>;
  /** The predicates of the database itself, and its types with the predicates of each. A backend in the mode graphql does not answer this. */
  storedTypes(target: string, call: Call): Promise<StoredTypes>;
  /** The names of the predicates and the types of the database itself. A backend in the mode graphql does not answer this. */
  storedNames(target: string, call: Call): Promise<StoredNames>;
  /**
   * Counts nodes in one DQL query. A count is the head of a block: `func: has(User.email)`. It is undefined where the token may not read the
   * predicate. A backend in the mode graphql does not answer this.
   */
  counts(target: string, heads: readonly string[], call: Call): Promise<(number | undefined)[]>;
  /**
   * Counts the nodes of types in one query of GraphQL, which a backend answers in every mode. A count is undefined where the answer has none.
   * The rules of `@auth` apply: a count lacks the nodes that they hide.
   */
  aggregates(target: string, types: readonly string[], call: Call): Promise<(number | undefined)[]>;
}
