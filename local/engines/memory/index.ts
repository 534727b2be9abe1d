import { Readable } from "node:stream";
import { CallerError } from "../../cloud/callerError";
import type { Backup, BackupOrder, Drop, Engine, EngineRequest, ExportedFile, RestoreJob } from "../../cloud/engine";
import type { GraphqlAnswer, GraphqlBody } from "../../graphql/body";
import type { Answer } from "../../http/answer";
import { HttpError } from "../../http/httpError";
import { type AdminEngine, answerAdmin, answerSchema } from "./admin";
import { Database, type GraphqlSchema } from "./database";
import { answerDql, dqlError } from "./dql";
import type { Content } from "./nodes";

interface StoredBackup extends Backup {
  readonly content: Content;
}

/** The saved state of a database in memory. */
export interface SavedMemory {
  readonly content: Content;
  readonly backups: readonly StoredBackup[];
}

/** Dgraph's words while a restore runs. */
const draining =
  "the server is in draining mode and client requests will only be allowed after exiting the mode  by sending a GraphQL draining(enable: false) mutation to /admin";

/** A GraphQL database in memory. It answers as Dgraph does, and refuses schemas with features that it does not support. */
export class MemoryEngine implements Engine {
  readonly problem: string | undefined = undefined;
  readonly processes = [];
  readonly isRunning = true;
  readonly canBackdateBackups = true;
  readonly streamsBodies = false;
  /** In seconds since the Unix epoch. */
  private readonly startedAt = Math.floor(Date.now() / 1_000);
  private readonly database = new Database();
  private storedBackups: StoredBackup[] = [];
  private changedBackups = 0;
  /** The schema before the last update, for a scripted lag. */
  private before: GraphqlSchema | undefined;
  private updatedAt = -Infinity;

  constructor(saved?: SavedMemory) {
    if (saved === undefined) return;
    this.database.load(saved.content);
    this.storedBackups = [...saved.backups];
  }

  get changes(): number {
    return this.database.changes + this.changedBackups;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  isHealthy(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async serve(request: EngineRequest): Promise<Answer> {
    const { path, document, text, headers, isRestoring } = request;
    if (path === "/query" && text !== undefined) {
      if (isRestoring) return dqlError(draining);
      return answerDql(text, headers, this.database.nodes, this.database.dql);
    }
    if (text !== undefined) return answerSchema(this.adminFor(request), path, text);
    if (document === undefined) throw new HttpError(404, `${path} needs a real Dgraph: --engine dgraph`);
    const body = path === "/admin" ? await answerAdmin(this.adminFor(request), document) : await this.graphql(document);
    return { status: 200, body };
  }

  schema(): Promise<string> {
    return Promise.resolve(this.database.current?.schema ?? "");
  }

  setSchema(schema: string): Promise<void> {
    return settled(() => {
      this.database.setSchema(schema);
    });
  }

  graphql(body: GraphqlBody): Promise<GraphqlAnswer> {
    return this.database.graphql(body);
  }

  drop(drop: Drop): Promise<void> {
    return settled(() => {
      this.database.drop(drop);
    });
  }

  backups(): Promise<Backup[]> {
    return Promise.resolve(this.storedBackups.map(withoutContent));
  }

  takeBackup({ folder, isFull, at }: BackupOrder): Promise<Backup> {
    return settled(() => {
      const before = this.storedBackups.filter((backup) => backup.folder === folder);
      const backup: StoredBackup = {
        type: isFull ? "full" : "incremental",
        backupNum: before.length + 1,
        folder,
        timestamp: new Date(at).toISOString().replace(/\.\d+Z$/, "+0000"),
        content: this.content(),
      };
      this.storedBackups.push(backup);
      this.changedBackups += 1;
      return withoutContent(backup);
    });
  }

  beginRestore(from: Engine, backup: Backup, endsAt: number): Promise<RestoreJob> {
    return settled(() => {
      if (!(from instanceof MemoryEngine)) throw new CallerError("the backup is of another kind of engine");
      const content = from.contentOf(backup);
      return {
        isDone: (now) => now >= endsAt,
        finish: () => {
          this.database.load(content);
          return { status: "OK", errors: [] };
        },
      };
    });
  }

  export(): Promise<readonly ExportedFile[]> {
    const content = JSON.stringify(this.content());
    return Promise.resolve([{ name: "export.json", open: () => Promise.resolve(Readable.from([content])) }]);
  }

  restart(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  remove(): Promise<void> {
    return Promise.resolve();
  }

  saved(): SavedMemory {
    return { content: this.content(), backups: this.storedBackups };
  }

  /** A snapshot of everything. */
  content(): Content {
    return this.database.content();
  }

  /** What a request to `/admin` sees and changes. */
  private adminFor({ now, isRestoring, fault }: EngineRequest): AdminEngine {
    return {
      startedAt: this.startedAt,
      current: () => {
        const isLate = fault?.kind === "lag" && now - this.updatedAt < fault.ms;
        return isLate ? this.before : this.database.current;
      },
      validateSchema: (schema) => {
        this.database.validateSchema(schema);
      },
      setSchema: (schema) => {
        if (isRestoring) {
          this.database.validateSchema(schema);
          throw new CallerError(`resolving updateGQLSchema failed because ${draining}`);
        }
        const before = this.database.current;
        try {
          this.database.setSchema(schema, fault?.kind === "half-applied" ? fault : undefined);
        } finally {
          // A refused update may have saved its schema.
          if (this.database.current !== before) [this.before, this.updatedAt] = [before, now];
        }
      },
    };
  }

  private contentOf({ folder, backupNum }: Backup): Content {
    const found = this.storedBackups.find((backup) => backup.folder === folder && backup.backupNum === backupNum);
    if (found === undefined) throw new CallerError(`no backup ${backupNum} in folder "${folder}"`);
    return found.content;
  }
}

function withoutContent({ type, backupNum, folder, timestamp }: Backup): Backup {
  return { type, backupNum, folder, timestamp };
}

/** Runs a synchronous function as a promise, which rejects when the function throws. */
function settled<T>(act: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(act());
  });
}
