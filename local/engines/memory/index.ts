import { Readable } from "node:stream";
import type { GraphQLSchema } from "graphql";
import type { Answer } from "../../answer";
import { CallerError } from "../../deployment";
import { runDocument } from "../../execute";
import { HttpProblem } from "../../request";
import type {
  Backup,
  BackupOrder,
  DataRequest,
  Drop,
  Engine,
  ExportedFile,
  GraphqlAnswer,
  GraphqlBody,
  RestoreJob,
} from "../engine";
import { answerAdmin, answerSchema } from "./admin";
import { refuseLargeSchema } from "./amounts";
import type { Content, StoredRecord } from "./stored";
import { generate, type ObjectType } from "./generate";
import { resolvers } from "./resolvers";

interface StoredBackup extends Backup {
  readonly content: Content;
}

/** What a later run begins with. */
export interface SavedMemory {
  readonly content: Content;
  readonly backups: readonly StoredBackup[];
}

/** A small but true GraphQL database in memory: the records of simple object types can be added, queried and deleted. */
export class MemoryEngine implements Engine {
  readonly problem: string | undefined = undefined;
  readonly processes = [];
  readonly isRunning = true;
  readonly canBackdate = true;
  readonly streams = false;
  /** In seconds since the Unix epoch. */
  readonly startedAt = Math.floor(Date.now() / 1_000);
  changes = 0;
  private uploaded = "";
  private types: readonly ObjectType[] = [];
  private executable: GraphQLSchema;
  private sdl: string;
  private records = new Map<string, StoredRecord[]>();
  private nextUid = 1;
  private stored: StoredBackup[] = [];

  constructor(saved?: SavedMemory) {
    ({ schema: this.executable, sdl: this.sdl } = generate(""));
    if (saved === undefined) return;
    this.load(saved.content);
    this.stored = [...saved.backups];
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  isHealthy(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async serve({ path, document, text }: DataRequest): Promise<Answer> {
    if (text !== undefined) return answerSchema(this, path, text);
    if (document === undefined) throw new HttpProblem(404, `${path} needs a real Dgraph: --engine dgraph`);
    const body = path === "/admin" ? await answerAdmin(this, document) : await this.graphql(document);
    return { status: 200, body };
  }

  schema(): Promise<string> {
    return Promise.resolve(this.uploaded);
  }

  /** The schema with its queries and mutations. */
  get generatedSchema(): string {
    return this.uploaded === "" ? "" : this.sdl;
  }

  setSchema(schema: string): Promise<void> {
    return resolved(() => {
      refuseLargeSchema(schema);
      this.useSchema(schema);
    });
  }

  /** Throws with what is wrong with a schema, and puts none to use. */
  validateSchema(schema: string): void {
    refuseLargeSchema(schema);
    generate(schema);
  }

  async graphql(body: GraphqlBody): Promise<GraphqlAnswer> {
    const records = {
      newUid: (): string => `0x${(this.nextUid++).toString(16)}`,
      of: (type: string) => this.records.get(type) ?? [],
      replace: (type: string, by: StoredRecord[]) => {
        this.records.set(type, by);
        this.changes += 1;
      },
    };
    const result = await runDocument(this.executable, resolvers(this.types, records), body);
    return result.errors === undefined
      ? { data: result.data }
      : { data: result.data, errors: result.errors.map(({ message }) => ({ message })) };
  }

  drop(drop: Drop): Promise<void> {
    return resolved(() => {
      if (drop.what === "types") for (const type of drop.names) this.records.delete(type);
      else if (drop.what === "fields") this.dropFields(drop.names);
      else {
        this.records.clear();
        if (drop.what === "allDataAndSchema") this.useSchema("");
      }
      this.changes += 1;
    });
  }

  backups(): Promise<Backup[]> {
    return Promise.resolve(this.stored.map(shown));
  }

  takeBackup({ folder, isFull, at }: BackupOrder): Promise<Backup> {
    return resolved(() => {
      const before = this.stored.filter((backup) => backup.folder === folder);
      const backup: StoredBackup = {
        type: isFull ? "full" : "incremental",
        backupNum: before.length + 1,
        folder,
        timestamp: new Date(at).toISOString().replace(/\.\d+Z$/, "+0000"),
        content: this.content(),
      };
      this.stored.push(backup);
      this.changes += 1;
      return shown(backup);
    });
  }

  beginRestore(from: Engine, backup: Backup, endsAt: number): Promise<RestoreJob> {
    return resolved(() => {
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
    return { content: this.content(), backups: this.stored };
  }

  /** A copy of everything. */
  content(): Content {
    return structuredClone({ schema: this.uploaded, records: Object.fromEntries(this.records) });
  }

  private contentOf({ folder, backupNum }: Backup): Content {
    const found = this.stored.find((backup) => backup.folder === folder && backup.backupNum === backupNum);
    if (found === undefined) throw new CallerError(`no backup ${backupNum} in folder "${folder}"`);
    return found.content;
  }

  private load(content: Content): void {
    this.useSchema(content.schema);
    this.records = new Map(Object.entries(structuredClone(content.records)).map(([type, list]) => [type, [...list]]));
    for (const { uid } of [...this.records.values()].flat())
      this.nextUid = Math.max(this.nextUid, Number.parseInt(uid, 16) + 1);
  }

  private useSchema(schema: string): void {
    const generated = generate(schema);
    this.uploaded = schema;
    this.types = generated.types;
    this.executable = generated.schema;
    this.sdl = generated.sdl;
    this.changes += 1;
  }

  private dropFields(fields: readonly string[]): void {
    for (const [type, records] of this.records) {
      const names = fields.filter((field) => field.startsWith(`${type}.`)).map((field) => field.slice(type.length + 1));
      const kept = records.map(
        (record) =>
          Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name))) as StoredRecord,
      );
      this.records.set(type, kept);
    }
  }
}

function shown({ type, backupNum, folder, timestamp }: Backup): Backup {
  return { type, backupNum, folder, timestamp };
}

/** Acts at once, and fails as a promise. */
function resolved<T>(act: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(act());
  });
}
