import { ConflictError, RefusedError } from "../../errors/errors";
import type {
  Backup,
  LiveSchema,
  RestoreStatusAnswer,
  StoredNames,
  StoredPredicate,
  StoredTypes,
} from "../dataAnswers";
import { namesOf, typesOf } from "../dataAnswers";
import { isBackend } from "../dataPlane";
import type {
  ActionRefusal,
  BackupOrder,
  BackupSource,
  BackupStatus,
  DataPlane,
  Drop,
  DropAnswer,
  PlannedAction,
  RestoreChoice,
  Running,
  SentRestore,
  Target,
} from "../dataPlane";
import { aggregateQuery, liveSchemaIn, schemaIn, storedIn, updatedSchemaIn } from "../queries";
import { beforeSending, type Call, type Retrying } from "../retry";
import type { Probed } from "../transport";
import { shaped } from "../validateAnswer";
import { type ClusterAccess } from "./access";
import { backupSchema, backupsSchema, identitySchema, taskSchema } from "./answers";
import { backupsIn, credentialsOf, locationOf } from "./backups";
import { ClusterClient } from "./client";
import { Alpha } from "./alpha";
import { ClusterDrops } from "./drops";
import { ClusterRestores } from "./restores";
import { refusalOf } from "./refusals";
import { ClusterSession } from "./session";
import { WellKnownPassword } from "./wellKnownPassword";

/** The endpoints of a cluster of one's own: an open Dgraph, asked at one of its Alphas. */
export class ClusterDataPlane implements DataPlane {
  private readonly client: ClusterClient;
  private readonly drops: ClusterDrops;
  private readonly restores: ClusterRestores;

  constructor(
    private readonly access: ClusterAccess,
    retrying: Retrying,
  ) {
    const alpha = new Alpha(access, retrying.clock);
    const { login, namespace } = access;
    const session = login === undefined ? undefined : new ClusterSession(alpha, login, namespace, retrying);
    this.client = new ClusterClient(alpha, session, retrying);
    const password = session && login && new WellKnownPassword(this.client, session, login, retrying.clock);
    this.drops = new ClusterDrops(this.client, password);
    this.restores = new ClusterRestores(this.client, retrying.clock, password);
  }

  async locate(target: string | undefined, call: Call): Promise<Target> {
    const cid = await this.client.admin(
      "state",
      { call },
      (data, site) => shaped(site, identitySchema, data).state.cid,
    );
    const id = this.access.namespace === 0 ? cid : `${cid}:${this.access.namespace}`;
    if (target === undefined || target === id) return { id };
    throw new ConflictError({
      code: "DGC801",
      why: `the state is about ${isBackend(target) ? "the backend" : "the cluster"} ${target}, and at ${this.client.host} the cluster ${id} answers; nothing was sent.`,
      next: [
        "Correct clusterUrl (and clusterNamespace), or use the Provider of that cluster.",
        "If this cluster has taken the other one's place: for a GraphqlSchema, run pulumi up --replace with its URN.",
        "For an action, remove its record (pulumi state delete): then it is a first run.",
      ],
    });
  }

  get warning(): string | undefined {
    if (!this.access.isInsecure) return undefined;
    return `the connection to the cluster at ${this.client.host} is not encrypted (clusterInsecure): passwords, tokens and data can be read on the way`;
  }

  async describe(target: string | undefined, call: Call): Promise<string> {
    const { id } = await this.locate(target, call);
    return `the cluster at ${this.client.host} (${id})`;
  }

  async namesOf(target: string | undefined, call: Call): Promise<readonly string[]> {
    return [this.client.host, (await this.locate(target, call)).id];
  }

  /** A cluster that does not answer may answer again. */
  lacks(): Promise<boolean> {
    return Promise.resolve(false);
  }

  refusalOf(action: PlannedAction): ActionRefusal | undefined {
    return refusalOf(action, this.access);
  }

  /**
   * Healthy is not ready: Alpha also says so before it takes requests. While it restores it refuses most of them, and `running` tells so: then
   * it is up.
   */
  async readiness(_: string, call: Call): Promise<Probed> {
    if ((await this.client.ongoing(call)).includes("opRestore")) return { status: 200, retryAfterMs: undefined };
    await this.client.health(call);
    await this.client.admin("readiness", { call, policy: "byCaller" }, () => undefined);
    return { status: 200, retryAfterMs: undefined };
  }

  async running(_: string, __: number, call: Call): Promise<Running | undefined> {
    const ongoing = await this.client.ongoing(call);
    if (ongoing.includes("opRestore")) return { what: "restore" };
    return ongoing.includes("opBackup") ? { what: "backup" } : undefined;
  }

  listBackups(source: BackupSource, call: Call): Promise<Backup[]> {
    const variables = { input: locationOf(source) };
    return this.client.admin("listBackups", { call, variables }, (data, site) =>
      backupsIn(shaped(site, backupsSchema, data), this.access.namespace),
    );
  }

  async restore(target: string, choice: RestoreChoice, call: Call): Promise<undefined> {
    const checked = await this.checked("restore", call, async () => {
      await this.locate(target, call);
      await this.restores.refuseWithoutAll(call);
    });
    await this.restores.send(choice, checked);
  }

  restoreStatus(restore: SentRestore, call: Call): Promise<RestoreStatusAnswer> {
    return this.restores.status(restore, call);
  }

  async backup(target: string, { destination, full, credentials }: BackupOrder, call: Call): Promise<string> {
    const checked = await this.checked("backup", call, () => this.locate(target, call));
    const variables = { input: { destination, forceFull: full, ...credentialsOf(credentials) } };
    const request = { variables, policy: "once" as const, call: checked, isMutation: true };
    return this.client.admin("backup", request, (data, site) => shaped(site, backupSchema, data).backup.taskId);
  }

  async backupStatus(_: string, taskId: string, call: Call): Promise<BackupStatus> {
    return this.client.admin("task", { call, variables: { id: taskId } }, (data, site) => {
      const { status } = shaped(site, taskSchema, data).task;
      return backupStatuses[status];
    });
  }

  async dropData(target: string, drop: Drop, call: Call): Promise<DropAnswer> {
    return this.drops.send(drop, await this.checked("dropData", call, () => this.locate(target, call)));
  }

  /** The check refuses the only input that asks for this. */
  export(): Promise<string[]> {
    return Promise.reject(
      new RefusedError({
        code: "DGC802",
        why: "a cluster exports into a folder of its own, and gives no address for it.",
        next: "Leave exportFirst out, and take a Backup before the drop.",
      }),
    );
  }

  schema(_: string, call: Call): Promise<string> {
    return this.client.admin("getGQLSchema", { call }, schemaIn);
  }

  generatedSchema(_: string, call: Call): Promise<LiveSchema> {
    return this.client.admin("getGeneratedSchema", { call }, liveSchemaIn);
  }

  async updateSchema(target: string, schema: string, call: Call): Promise<LiveSchema> {
    await beforeSending("updateGQLSchema was not sent", this.locate(target, call));
    const request = { variables: { schema }, policy: "byCaller" as const, call, isSlow: true, isMutation: true };
    return this.client.admin("updateGQLSchema", request, updatedSchemaIn);
  }

  storedPredicates(_: string, call: Call): Promise<StoredPredicate[]> {
    return this.client.query("schema {}", call, (data, site) => storedIn(data, site).schema ?? []);
  }

  storedTypes(_: string, call: Call): Promise<StoredTypes> {
    return this.client.query("schema {}", call, (data, site) => typesOf(storedIn(data, site)));
  }

  storedNames(_: string, call: Call): Promise<StoredNames> {
    return this.client.query("schema {}", call, (data, site) => namesOf(storedIn(data, site)));
  }

  counts(_: string, heads: readonly string[], call: Call): Promise<(number | undefined)[]> {
    return this.client.counts(heads, call);
  }

  aggregates(_: string, types: readonly string[], call: Call): Promise<(number | undefined)[]> {
    const { text, answers } = aggregateQuery(types);
    return this.client.send({ path: "/graphql", operation: "aggregates", body: { query: text }, call, parse: answers });
  }

  /** Checks before a request that must not be repeated, and again before each retry: in a pause, another cluster may have come to answer. */
  private async checked(operation: string, call: Call, check: () => Promise<unknown>): Promise<Call> {
    await beforeSending(`${operation} was not sent`, check());
    const recheck = async (): Promise<void> => {
      await call.recheck?.();
      await check();
    };
    return { ...call, recheck };
  }
}

const backupStatuses = {
  Queued: "queued",
  Running: "running",
  Success: "succeeded",
  Failed: "failed",
  // Dgraph does not say what has become of it: the list of backups may.
  Unknown: "running",
} as const;
