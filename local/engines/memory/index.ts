import { Readable } from "node:stream";
import type { GraphQLSchema } from "graphql";
import type { Answer } from "../../http/answer";
import { CallerError } from "../../cloud/deployment";
import { runDocument } from "../../graphql/execute";
import { HttpProblem } from "../../http/request";
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
import { dropFrom } from "./drop";
import { generate } from "./generate";
import { Answering } from "./resolvers";
import type { Model } from "./schema/model";
import { readSchema } from "./schema/read";
import type { Content, StoredNode } from "./stored";

interface StoredBackup extends Backup {
  readonly content: Content;
}

/** What a later run begins with. */
export interface SavedMemory {
  readonly content: Content;
  readonly backups: readonly StoredBackup[];
}

const noTypes: Model = { types: new Map(), enums: new Map() };

/** A GraphQL database in memory: what it serves of Dgraph, it serves as Dgraph does, and it refuses a schema that asks for more. */
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
  private model = noTypes;
  private executable: GraphQLSchema;
  private sdl: string;
  private nodes = new Map<string, StoredNode>();
  private nextUid = 1;
  private stored: StoredBackup[] = [];

  constructor(saved?: SavedMemory) {
    ({ schema: this.executable, sdl: this.sdl } = generate(noTypes));
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
      this.use(schema, readSchema(schema));
    });
  }

  /** Throws with what is wrong with a schema, and puts none to use. */
  validateSchema(schema: string): void {
    refuseLargeSchema(schema);
    generate(readSchema(schema));
  }

  async graphql(body: GraphqlBody): Promise<GraphqlAnswer> {
    const answering = new Answering(this.model, {
      all: this.nodes,
      newUid: () => `0x${(this.nextUid++).toString(16)}`,
      changed: () => (this.changes += 1),
    });
    const result = await runDocument(this.executable, answering.root, body, body.variables, answering.field);
    return result.errors === undefined
      ? { data: result.data }
      : { data: result.data, errors: result.errors.map(({ message }) => ({ message })) };
  }

  drop(drop: Drop): Promise<void> {
    return resolved(() => {
      this.nodes = dropFrom(this.nodes, drop);
      if (drop.what === "allDataAndSchema") this.use("", noTypes);
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

  /** Everything, as it is now: a node is never changed, but replaced. */
  content(): Content {
    return { schema: this.uploaded, nodes: [...this.nodes.values()] };
  }

  private contentOf({ folder, backupNum }: Backup): Content {
    const found = this.stored.find((backup) => backup.folder === folder && backup.backupNum === backupNum);
    if (found === undefined) throw new CallerError(`no backup ${backupNum} in folder "${folder}"`);
    return found.content;
  }

  private load({ schema, nodes }: Content): void {
    // Read from a file, which an earlier version may have written.
    if ((nodes as unknown) === undefined)
      throw new Error("what a backend in memory holds has a form that this version does not read: use a new folder");
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

function shown({ type, backupNum, folder, timestamp }: Backup): Backup {
  return { type, backupNum, folder, timestamp };
}

/** Acts at once, and fails as a promise. */
function resolved<T>(act: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(act());
  });
}
