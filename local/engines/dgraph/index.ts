import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { StreamedAnswer } from "../../http/answer";
import { CallerError, type Deployment, logLambda, scriptOf } from "../../cloud/deployment";
import type { LambdaEndpoint } from "../../lambda/endpoint";
import { Lambda } from "../../lambda/lambda";
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
import type { Alpha } from "./alpha";
import { dropFrom } from "./drop";
import { exportFiles } from "./exporting";
import { readBackups } from "./manifests";
import { requestForLambda } from "./lambdaRequests";
import { holdPorts, type PairPorts, releasePorts } from "./ports";
import { pass } from "./proxy";
import { RestoreLog } from "./restoreLog";
import { beginRestore } from "./restoring";
import { foldersOf } from "./settings";
import { Supervisor, type SupervisorOptions } from "./supervisor";
import type { TlsClient } from "./tlsClient";

export interface DgraphOptions extends Omit<SupervisorOptions, "adminToken" | "lambdaUrl" | "onAlphaLine" | "onDeath"> {
  /** The backend that it is behind. */
  readonly deployment: Deployment;
  /** Where it calls the backend's lambda. */
  readonly lambdaEndpoint: LambdaEndpoint;
  /** Called when it is gone for good. */
  readonly onRemoved: () => void;
}

/** Which paths Alpha serves for its admin token only. */
const guardedPaths = ["/admin", "/admin/schema", "/alter"];

/** A real Dgraph behind one backend: a Zero and an Alpha of its own, on loopback ports. */
export class DgraphEngine implements Engine {
  readonly canBackdate = false;
  readonly streams = true;
  // All that it holds is in its own files.
  readonly changes = 0;
  private readonly supervisor: Supervisor;
  private readonly adminToken = randomBytes(24).toString("hex");
  private readonly restores = new RestoreLog();
  private readonly lambda: Lambda;
  private ending = new AbortController();

  constructor(private readonly options: DgraphOptions) {
    const { deployment, lambdaEndpoint, folder } = options;
    holdPorts(folder);
    this.lambda = new Lambda({
      folder,
      source: () => scriptOf(deployment),
      ask: (request, signal) => requestForLambda(this.running(), deployment, request, signal),
      print: (text) => {
        logLambda(deployment, text);
      },
    });
    this.supervisor = new Supervisor({
      ...options,
      lambdaUrl: lambdaEndpoint.add(this.lambda),
      adminToken: this.adminToken,
      onAlphaLine: (line) => {
        this.restores.read(line);
      },
      onDeath: (why) => {
        this.restores.died(why);
      },
    });
  }

  get isRunning(): boolean {
    return this.supervisor.pair !== undefined;
  }

  /** Whether it will take memory that it does not take yet. */
  get isComing(): boolean {
    return this.supervisor.isComing;
  }

  get problem(): string | undefined {
    return this.supervisor.problem;
  }

  /** The ports of its processes. */
  get ports(): PairPorts {
    return this.running().ports;
  }

  /** What its processes let in; for whoever wants to ask them past the backend's door. */
  get client(): TlsClient {
    return this.running().client;
  }

  /** Its Alpha, likewise. */
  get alpha(): Alpha {
    return this.running().alpha;
  }

  get processes(): readonly number[] {
    return this.supervisor.pair?.processes ?? [];
  }

  /** The process of Alpha. */
  get alphaPid(): number {
    return this.running().alphaPid;
  }

  /** Where its backups are, a folder for each series. */
  get backupsFolder(): string {
    return this.folders.backups;
  }

  start(): Promise<void> {
    return this.supervisor.start();
  }

  async isHealthy(): Promise<boolean> {
    return (await this.supervisor.pair?.alpha.health()) === "healthy";
  }

  async serve({ method, path, url, headers, stream, document }: DataRequest): Promise<StreamedAnswer> {
    const admits = guardedPaths.includes(path) ? { "x-dgraph-authtoken": this.adminToken } : {};
    const { client, ports } = this.running();
    return pass({ client, port: ports.alphaHttp, method, url, headers, admits, stream, document });
  }

  async schema(): Promise<string> {
    return this.alpha.schema();
  }

  async setSchema(schema: string): Promise<void> {
    await this.alpha.setSchema(schema);
  }

  graphql(body: GraphqlBody): Promise<GraphqlAnswer> {
    return this.alpha.graphql(body);
  }

  drop(drop: Drop): Promise<void> {
    return dropFrom(this.alpha, drop);
  }

  backups(): Promise<Backup[]> {
    return readBackups(this.backupsFolder);
  }

  async takeBackup({ folder, isFull }: BackupOrder): Promise<Backup> {
    const destination = join(this.backupsFolder, folder);
    mkdirSync(destination, { recursive: true, mode: 0o700 });
    // Since 25.3.5 Dgraph refuses an incremental backup when nothing was committed after the last one; the service has one each time.
    if (!isFull) await this.alpha.commitNothing();
    const query =
      "mutation($destination: String!, $forceFull: Boolean) { backup(input: { destination: $destination, forceFull: $forceFull }) { taskId } }";
    const { backup } = await this.alpha.admin<{ backup: { taskId: string } }>(query, {
      destination: locationOf(destination),
      forceFull: isFull,
    });
    await this.alpha.taskDone(backup.taskId);
    const taken = (await readBackups(this.backupsFolder)).findLast((entry) => entry.folder === folder);
    if (taken === undefined) throw new CallerError("the backup ended without a manifest");
    return taken;
  }

  async beginRestore(from: Engine, backup: Backup): Promise<RestoreJob> {
    if (!(from instanceof DgraphEngine)) throw new CallerError("the backup is of another kind of engine");
    return beginRestore(this.alpha, {
      alpha: () => this.supervisor.pair?.alpha,
      problem: () => this.problem,
      location: locationOf(join(from.backupsFolder, backup.folder)),
      backup,
      news: this.restores.fromHere(),
      signal: this.ending.signal,
    });
  }

  export(kept: number): Promise<readonly ExportedFile[]> {
    return exportFiles(this.alpha, this.folders.exported, kept);
  }

  async restart(): Promise<void> {
    await this.stop();
    this.ending = new AbortController();
    await this.supervisor.start();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.supervisor.stop();
    await this.lambda.end();
  }

  async remove(): Promise<void> {
    this.ending.abort();
    await this.supervisor.kill();
    this.options.lambdaEndpoint.remove(this.lambda);
    await this.lambda.end();
    releasePorts(this.options.folder);
    this.options.onRemoved();
    await rm(this.options.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Ends its processes without waiting, when this process goes away. */
  abandon(): void {
    this.supervisor.abandon();
    this.lambda.kill();
  }

  saved(): null {
    return null;
  }

  private get folders(): ReturnType<typeof foldersOf> {
    return foldersOf(this.options.folder);
  }

  private running(): NonNullable<Supervisor["pair"]> {
    if (this.supervisor.pair === undefined) throw new HttpProblem(503, this.problem ?? "the backend's database starts");
    return this.supervisor.pair;
  }
}

/** Dgraph reads a path as an address, in which "%2e" is a dot and "?" ends the path. */
function locationOf(folder: string): string {
  return pathToFileURL(folder).href;
}
