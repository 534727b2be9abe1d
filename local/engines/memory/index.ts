import { Readable } from "node:stream";
import type { GraphQLSchema } from "graphql";
import { CallerError } from "../../cloud/callerError";
import type { Backup, BackupOrder, Drop, Engine, EngineRequest, ExportedFile, RestoreJob } from "../../cloud/engine";
import type { GraphqlAnswer, GraphqlBody } from "../../graphql/body";
import { runDocument } from "../../graphql/execute";
import type { Answer } from "../../http/answer";
import { HttpError } from "../../http/httpError";
import { answerAdmin, answerSchema } from "./admin";
import { dropFrom } from "./drop";
import { generate } from "./generate";
import { refuseLargeSchema } from "./limits";
import type { Content, StoredNode } from "./nodes";
import { Resolvers } from "./resolvers";
import type { Model } from "./schema/model";
import { readSchema } from "./schema/read";

interface StoredBackup extends Backup {
  readonly content: Content;
}

/** The saved state of a database in memory. */
export interface SavedMemory {
  readonly content: Content;
  readonly backups: readonly StoredBackup[];
}

const noTypes: Model = { types: new Map(), enums: new Map() };

/** A GraphQL database in memory. It answers as Dgraph does, and refuses schemas with features that it does not support. */
export class MemoryEngine implements Engine {
  readonly problem: string | undefined = undefined;
  readonly processes = [];
  readonly isRunning = true;
  readonly canBackdateBackups = true;
  readonly streamsBodies = false;
  /** In seconds since the Unix epoch. */
  readonly startedAt = Math.floor(Date.now() / 1_000);
  changes = 0;
  private uploaded = "";
  private model = noTypes;
  private executable: GraphQLSchema;
  private sdl: string;
  private nodes = new Map<string, StoredNode>();
  private nextUid = 1;
  private storedBackups: StoredBackup[] = [];

  constructor(saved?: SavedMemory) {
    ({ schema: this.executable, sdl: this.sdl } = generate(noTypes));
    if (saved === undefined) return;
    this.load(saved.content);
    this.storedBackups = [...saved.backups];
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  isHealthy(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async serve({ path, document, text }: EngineRequest): Promise<Answer> {
    if (text !== undefined) return answerSchema(this, path, text);
    if (document === undefined) throw new HttpError(404, `${path} needs a real Dgraph: --engine dgraph`);
    const body = path === "/admin" ? await answerAdmin(this, document) : await this.graphql(document);
    return { status: 200, body };
  }

  schema(): Promise<string> {
    return Promise.resolve(this.uploaded);
  }

  /** The schema with the generated queries and mutations. */
  get generatedSchema(): string {
    return this.uploaded === "" ? "" : this.sdl;
  }

  setSchema(schema: string): Promise<void> {
    return settled(() => {
      refuseLargeSchema(schema);
      this.use(schema, readSchema(schema));
    });
  }

  /** Throws when a schema cannot be used, and says why. Changes nothing. */
  validateSchema(schema: string): void {
    refuseLargeSchema(schema);
    generate(readSchema(schema));
  }

  async graphql(body: GraphqlBody): Promise<GraphqlAnswer> {
    const resolvers = new Resolvers(this.model, {
      all: this.nodes,
      newUid: () => `0x${(this.nextUid++).toString(16)}`,
      changed: () => (this.changes += 1),
    });
    const result = await runDocument(this.executable, resolvers.root, body, body.variables, resolvers.field);
    return result.errors === undefined
      ? { data: result.data }
      : { data: result.data, errors: result.errors.map(({ message }) => ({ message })) };
  }

  drop(drop: Drop): Promise<void> {
    return settled(() => {
      this.nodes = dropFrom(this.nodes, drop);
      if (drop.what === "allDataAndSchema") this.use("", noTypes);
      this.changes += 1;
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
      this.changes += 1;
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
          this.load(content);
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

  /** A snapshot of everything: nodes are replaced, never changed. */
  content(): Content {
    return { schema: this.uploaded, nodes: [...this.nodes.values()] };
  }

  private contentOf({ folder, backupNum }: Backup): Content {
    const found = this.storedBackups.find((backup) => backup.folder === folder && backup.backupNum === backupNum);
    if (found === undefined) throw new CallerError(`no backup ${backupNum} in folder "${folder}"`);
    return found.content;
  }

  private load({ schema, nodes }: Content): void {
    // The file may have been written by an earlier version.
    if ((nodes as unknown) === undefined)
      throw new Error(
        "the state of a backend in memory has a format that this version cannot read: choose a new folder with --data",
      );
    this.use(schema, schema === "" ? noTypes : readSchema(schema));
    this.nodes = new Map(nodes.map((node) => [node.uid, node]));
    for (const { uid } of nodes) this.nextUid = Math.max(this.nextUid, Number.parseInt(uid, 16) + 1);
  }

  private use(schema: string, model: Model): void {
    ({ schema: this.executable, sdl: this.sdl } = generate(model));
    this.model = model;
    this.uploaded = schema;
    this.changes += 1;
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
