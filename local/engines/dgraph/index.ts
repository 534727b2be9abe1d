import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CallerError } from "../../cloud/callerError";
import { type Deployment, logLambda, scriptOf } from "../../cloud/deployment";
import type { Backup, BackupOrder, Drop, Engine, EngineRequest, ExportedFile, RestoreJob } from "../../cloud/engine";
import type { GraphqlAnswer, GraphqlBody } from "../../graphql/body";
import type { StreamedAnswer } from "../../http/answer";
import { HttpError } from "../../http/httpError";
import type { LambdaEndpoint } from "../../lambda/endpoint";
import { Lambda } from "../../lambda/lambda";
import type { Alpha } from "./alpha";
import { dropFrom } from "./drop";
import { exportFiles } from "./export";
import { requestForLambda } from "./lambdaRequests";
import { readBackups } from "./manifests";
import { holdPorts, type PairPorts, releasePorts } from "./ports";
import { forward } from "./proxy";
import { beginRestore } from "./restore";
import { RestoreLog } from "./restoreLog";
import { pathsOf } from "./settings";
import { Supervisor, type SupervisorOptions } from "./supervisor";
import type { TlsClient } from "./tlsClient";

export interface DgraphOptions extends Omit<SupervisorOptions, "adminToken" | "lambdaUrl" | "onAlphaLine" | "onDeath"> {
  /** The backend that uses it. */
  readonly deployment: Deployment;
  /** The server on which it calls the backend's lambda. */
  readonly lambdaEndpoint: LambdaEndpoint;
  /** Called when it is removed. */
  readonly onRemoved: () => void;
}

/** The paths that Alpha serves only with its admin token. */
const guardedPaths = ["/admin", "/admin/schema", "/alter"];

/** A real Dgraph behind one backend: one Zero and one Alpha on loopback ports. */
export class DgraphEngine implements Engine {
  readonly canBackdateBackups = false;
  readonly streamsBodies = true;
  // Its state is in its own files.
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
      onDeath: (reason) => {
        this.restores.died(reason);
      },
    });
  }

  get isRunning(): boolean {
    return this.supervisor.pair !== undefined;
  }

  /** Whether it will start, and so take memory that is still free. */
  get isPending(): boolean {
    return this.supervisor.isPending;
  }

  get problem(): string | undefined {
    return this.supervisor.problem;
  }

  /** The ports of its processes. */
  get ports(): PairPorts {
    return this.running().ports;
  }

  /** A client of its processes, for requests that bypass the backend's data plane. */
  get client(): TlsClient {
    return this.running().client;
  }

  /** A client of its Alpha, likewise. */
  get alpha(): Alpha {
    return this.running().alpha;
  }

  get processes(): readonly number[] {
    return this.supervisor.pair?.processes ?? [];
  }

  /** The id of its Alpha process. */
  get alphaPid(): number {
    return this.running().alphaPid;
  }

  /** The folder of its backups, with a folder for each series. */
  get backupsFolder(): string {
    return this.paths.backups;
  }

  start(): Promise<void> {
    return this.supervisor.start();
  }

  async isHealthy(): Promise<boolean> {
    return (await this.supervisor.pair?.alpha.health()) === "healthy";
  }

  async serve({ method, path, url, headers, stream, document }: EngineRequest): Promise<StreamedAnswer> {
    const adminHeaders = guardedPaths.includes(path) ? { "x-dgraph-authtoken": this.adminToken } : {};
    const { client, ports } = this.running();
    return forward({ client, port: ports.alphaHttp, method, url, headers, adminHeaders, stream, document });
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
    // Since 25.3.5, Dgraph refuses an incremental backup without a commit since the last one. The service makes one anyway.
    if (!isFull) await this.alpha.commitNothing();
    const query =
      "mutation($destination: String!, $forceFull: Boolean) { backup(input: { destination: $destination, forceFull: $forceFull }) { taskId } }";
    const { backup } = await this.alpha.admin<{ backup: { taskId: string } }>(query, {
      destination: locationOf(destination),
      forceFull: isFull,
    });
    await this.alpha.taskDone(backup.taskId);
    const made = (await readBackups(this.backupsFolder)).findLast((entry) => entry.folder === folder);
    if (made === undefined) throw new CallerError("the backup ended without a manifest");
    return made;
  }

  async beginRestore(from: Engine, backup: Backup): Promise<RestoreJob> {
    if (!(from instanceof DgraphEngine)) throw new CallerError("the backup is of another kind of engine");
    return beginRestore(this.alpha, {
      alpha: () => this.supervisor.pair?.alpha,
      problem: () => this.problem,
      location: locationOf(join(from.backupsFolder, backup.folder)),
      backup,
      events: this.restores.eventsFromNow(),
      signal: this.ending.signal,
    });
  }

  export(kept: number): Promise<readonly ExportedFile[]> {
    return exportFiles(this.alpha, this.paths.exported, kept);
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

  /** Kills its processes without waiting, for when this process exits. */
  abandon(): void {
    this.supervisor.abandon();
    this.lambda.kill();
  }

  saved(): null {
    return null;
  }

  private get paths(): ReturnType<typeof pathsOf> {
    return pathsOf(this.options.folder);
  }

  private running(): NonNullable<Supervisor["pair"]> {
    if (this.supervisor.pair === undefined)
      throw new HttpError(503, this.problem ?? "the backend's database is starting");
    return this.supervisor.pair;
  }
}

/** The URL of a folder: Dgraph reads a plain path as a URL, in which "%2e" is a dot and "?" ends the path. */
function locationOf(folder: string): string {
  return pathToFileURL(folder).href;
}
