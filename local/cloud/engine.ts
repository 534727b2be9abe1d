import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Fault } from "../faults/rules";
import type { GraphqlAnswer, GraphqlBody } from "../graphql/body";
import type { Answer, StreamedAnswer } from "../http/answer";
import type { Deployment } from "./deployment";

/** A request to one of the database's own paths, from a client with the backend's token. */
export interface EngineRequest {
  readonly method: string;
  /** `/graphql`, `/admin`, `/query`, … */
  readonly path: string;
  /** The path with its query string. */
  readonly url: string;
  /** The headers, without those that hold the backend's token. */
  readonly headers: IncomingHttpHeaders;
  /** The body as it arrives, decompressed. It has been read already when `document` or `text` is set. */
  readonly stream: Readable;
  /** The body of `/admin/schema` or `/query` as text, for an engine that does not read bodies itself. */
  readonly text?: string;
  /** The GraphQL document, if the local cloud had to read it. */
  readonly document?: GraphqlBody;
  /** The time on the clock of the local cloud. */
  readonly now: number;
  /** Whether a restore of the backend is running. A real Dgraph knows that itself. */
  readonly isRestoring: boolean;
  /** The scripted fault that strikes the request. */
  readonly fault?: Fault;
}

/** One backup of a backend, as listBackups returns it. */
export interface Backup {
  readonly type: "full" | "incremental";
  /** Its number in its folder, counted from 1. */
  readonly backupNum: number;
  readonly folder: string;
  readonly timestamp: string;
}

/** A backup to take. */
export interface BackupOrder {
  readonly folder: string;
  /** A full backup begins a folder; an incremental one is added to it. */
  readonly isFull: boolean;
  /** Its timestamp, in milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What a drop removes. */
export type Drop =
  | { readonly what: "allData" | "allDataAndSchema" }
  | { readonly what: "types" | "fields"; readonly names: readonly string[] };

export interface RestoreResult {
  readonly status: "OK" | "ERR";
  readonly errors: readonly string[];
}

/** A running restore. */
export interface RestoreJob {
  isDone(now: number): boolean;
  /** Its result. Called once, when it is done. */
  finish(): RestoreResult;
}

/** One file of an export. */
export interface ExportedFile {
  readonly name: string;
  /** Its content; undefined when the file is gone. */
  open(): Promise<Readable | undefined>;
}

/** The database behind one backend. */
export interface Engine {
  /** Starts it. Resolves once it answers. */
  start(): Promise<void>;
  /** Why it does not run, once it is no longer tried. */
  readonly problem: string | undefined;
  /** The ids of its processes. */
  readonly processes: readonly number[];
  /** Whether it can be sent requests. */
  readonly isRunning: boolean;
  /** Whether it answers queries at the moment. */
  isHealthy(): Promise<boolean>;
  /** Answers a request to one of its own paths. */
  serve(request: EngineRequest): Promise<Answer | StreamedAnswer>;
  /** Replaces the GraphQL schema. Throws when the schema cannot be used, and says why. */
  setSchema(schema: string): Promise<void>;
  /** The GraphQL schema as it was uploaded; empty for none. */
  schema(): Promise<string>;
  /** Answers a GraphQL document without any check of tokens or modes. */
  graphql(body: GraphqlBody): Promise<GraphqlAnswer>;
  drop(drop: Drop): Promise<void>;
  /** Whether a backup may have a timestamp in the past. */
  readonly canBackdateBackups: boolean;
  /** Whether it reads request bodies itself, as they arrive. */
  readonly streamsBodies: boolean;
  /** Its backups, the oldest first. */
  backups(): Promise<Backup[]>;
  takeBackup(order: BackupOrder): Promise<Backup>;
  /** Begins to replace its content with a backup of its own, or of another engine of its kind. */
  beginRestore(from: Engine, backup: Backup, endsAt: number): Promise<RestoreJob>;
  /** Writes its content into files. Removes older exports until `kept` are left. */
  export(kept: number): Promise<readonly ExportedFile[]>;
  /** Stops it and starts it again. It keeps its content. */
  restart(): Promise<void>;
  /** Stops it. It keeps its content. */
  stop(): Promise<void>;
  /** Stops it and removes its content. */
  remove(): Promise<void>;
  /** The state to save for the next start, beside its own files. */
  saved(): unknown;
  /** A number that grows with every change of what `saved` returns. */
  readonly changes: number;
}

/** The kinds of database behind a backend. */
export const engineKinds = ["memory", "dgraph"] as const;

export type EngineKind = (typeof engineKinds)[number];

/** The databases of one local cloud. */
export interface Engines {
  readonly kind: EngineKind;
  /** Whether they run the lambda scripts of the backends. */
  readonly runsLambdas: boolean;
  /** Throws when there is not enough memory for one more. A database counts from `make` until it is removed. */
  refuseWithoutRoom(): void;
  /** Makes the database of a backend, from its saved state if there is one. Does not start it. */
  make(deployment: Deployment, saved?: unknown): Engine;
  /** Starts the databases of an earlier run. */
  startAll(): void;
  /** Stops all of them, and removes what they keep outside the user's folder. */
  close(): Promise<void>;
}
