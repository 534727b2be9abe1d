import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Answer, StreamedAnswer } from "../http/answer";

/** An answer of GraphQL over HTTP, without the transport. */
export interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

export interface GraphqlBody {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** A request to one of the database's own paths, from somebody who has the backend's token. */
export interface DataRequest {
  readonly method: string;
  /** `/graphql`, `/admin`, `/query`, … */
  readonly path: string;
  /** The path with its query string. */
  readonly url: string;
  /** Without the backend's token. */
  readonly headers: IncomingHttpHeaders;
  /** The body as it arrives, unpacked; none of it has been read unless `document` or `text` is there. */
  readonly stream: Readable;
  /** The body as text, on `/admin/schema` of an engine that does not read it itself. */
  readonly text?: string;
  /** The document, where the local cloud had to read it. */
  readonly document?: GraphqlBody;
}

/** One backup of a backend, as listBackups tells it. */
export interface Backup {
  readonly type: "full" | "incremental";
  /** Counts from 1 in its folder. */
  readonly backupNum: number;
  readonly folder: string;
  readonly timestamp: string;
}

/** A backup to be taken. */
export interface BackupOrder {
  readonly folder: string;
  /** A full one begins its folder; an incremental one goes on in it. */
  readonly isFull: boolean;
  /** The time that it carries, in milliseconds since the epoch. */
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

/** A restore at work. */
export interface RestoreJob {
  isDone(now: number): boolean;
  /** What came of it; called once, when it is done. */
  finish(): RestoreResult;
}

/** One file of an export. */
export interface ExportedFile {
  readonly name: string;
  /** Its content, or undefined when it is gone. */
  open(): Promise<Readable | undefined>;
}

/** The database behind one backend. */
export interface Engine {
  /** Brings it up; resolves once it answers. */
  start(): Promise<void>;
  /** Why it does not run, when it has given up. */
  readonly problem: string | undefined;
  /** The numbers of its processes. */
  readonly processes: readonly number[];
  /** Whether requests can be handed to it. */
  readonly isRunning: boolean;
  /** Whether it answers queries now. */
  isHealthy(): Promise<boolean>;
  /** Answers a request to one of its own paths. */
  serve(request: DataRequest): Promise<Answer | StreamedAnswer>;
  /** Replaces the GraphQL schema; throws with what is wrong when it cannot be used. */
  setSchema(schema: string): Promise<void>;
  /** The GraphQL schema as it was uploaded; empty for none. */
  schema(): Promise<string>;
  /** Answers a GraphQL document, asked past every check. */
  graphql(body: GraphqlBody): Promise<GraphqlAnswer>;
  drop(drop: Drop): Promise<void>;
  /** Whether a backup can be taken as of a time that has passed. */
  readonly canBackdate: boolean;
  /** Whether it reads request bodies itself, as they arrive. */
  readonly streams: boolean;
  /** All its backups, the oldest first. */
  backups(): Promise<Backup[]>;
  takeBackup(order: BackupOrder): Promise<Backup>;
  /** Begins to replace all it holds by a backup of another engine of its kind, or of its own. */
  beginRestore(from: Engine, backup: Backup, endsAt: number): Promise<RestoreJob>;
  /** Writes all it holds into files, and removes those of all but the last so many exports. */
  export(kept: number): Promise<readonly ExportedFile[]>;
  /** Ends and starts it; what it holds stays. */
  restart(): Promise<void>;
  /** Ends it; what it holds stays. */
  stop(): Promise<void>;
  /** Ends it and removes all it holds. */
  remove(): Promise<void>;
  /** What of it has to be kept for a later run beside its own files. */
  saved(): unknown;
  /** Counts the changes of what `saved` gives. */
  readonly changes: number;
}
