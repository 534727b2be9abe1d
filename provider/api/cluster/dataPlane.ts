import { keepSecret } from "../../errors/redact";
import { ConflictError, RefusedError, SettingsError } from "../../errors/errors";
import { type AnswerData, GraphqlError, type RequestSite } from "../../errors/requestErrors";
import type { Code } from "../../errors/codes";
import type {
  Backup,
  LiveSchema,
  RestoreStatusAnswer,
  StoredNames,
  StoredPredicate,
  StoredTypes,
} from "../dataAnswers";
import {
  aggregatesSchema,
  countsSchema,
  gqlSchemaSchema,
  liveSchema,
  namesOf,
  storedSchema,
  typesOf,
  updateSchemaSchema,
} from "../dataAnswers";
import type {
  BackupOrder,
  BackupSource,
  Contents,
  DataPlane,
  Drop,
  DropAnswer,
  ObjectStoreCredentials,
  PlannedAction,
  RestoreChoice,
  Running,
  SentRestore,
  Target,
} from "../dataPlane";
import { isRecord } from "../readAnswer";
import { beforeSending, type Call, type Retrying } from "../retry";
import type { Probed } from "../transport";
import { shaped } from "../validateAnswer";
import { type ClusterAccess } from "./access";
import { backupSchema, backupsSchema, healthSchema, identitySchema, restoreSchema, taskSchema } from "./answers";
import { ClusterClient, type ClusterRequest, healthOf } from "./client";
import { type ClusterDocument, clusterDocuments } from "./documents";
import { ClusterDrops } from "./drops";
import { ClusterSession } from "./session";
import { verdictOf } from "./verdict";

/** How long Alpha may take after its answer to a restore until it says that it restores. It was seen within milliseconds. */
const beginsWithinMs = 3_000;

/** The endpoints of a cluster of one's own: an open Dgraph, asked at one of its Alphas. */
export class ClusterDataPlane implements DataPlane {
  private readonly client: ClusterClient;
  private readonly drops: ClusterDrops;
  private readonly clock: Retrying["clock"];
  /** Restores that were seen in progress, by the id of their RestoreRequest. */
  private readonly seenRestores = new Set<string>();
  /** Since when Alpha has restored nothing, for restores that were not seen in progress yet. */
  private readonly quietSince = new Map<string, number>();

  constructor(
    private readonly access: ClusterAccess,
    retrying: Retrying,
  ) {
    const session = access.login === undefined ? undefined : new ClusterSession(access, access.login, retrying);
    this.client = new ClusterClient(access, session, retrying);
    this.drops = new ClusterDrops(this.client, access.login, session);
    this.clock = retrying.clock;
  }

  async locate(target: string | undefined, call: Call): Promise<Target> {
    const cid = await this.admin("identify", { call }, (data, site) => shaped(site, identitySchema, data).state.cid);
    const id = this.access.namespace === 0 ? cid : `${cid}:${this.access.namespace}`;
    if (target === undefined || target === id) return { id };
    throw new ConflictError({
      code: "DGC801",
      why: `the state is about ${target.startsWith("0x") ? "the backend" : "the cluster"} ${target}, and at ${this.client.host} the cluster ${id} answers; nothing was sent.`,
      next: [
        "Correct clusterUrl (and clusterNamespace), or use the Provider of that cluster.",
        "If this cluster has taken the other one's place, run pulumi up --replace with the URN of a schema, or remove the record of an action (pulumi state delete).",
      ],
    });
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

  refusalOf(
    action: PlannedAction,
  ): { readonly code: Code; readonly property: string; readonly reason: string } | undefined {
    const { namespace, login } = this.access;
    const isOfAll = action.what !== "drop" || "allDataAndSchema" in action.drop;
    if (namespace > 0 && isOfAll)
      return {
        code: "DGC811",
        property: "",
        reason: `it concerns all namespaces of the cluster, so only the superadmin may do it: connect without clusterNamespace (it is ${namespace})`,
      };
    if (action.what !== "drop" || login === undefined) return undefined;
    if (!("allData" in action.drop || "allDataAndSchema" in action.drop)) return undefined;
    const property = "resetAccessControl";
    const what = 'it removes all users and groups, and resets the password of groot to the well-known "password"';
    if (action.resetAccessControl !== true)
      return {
        code: "DGC804",
        property,
        reason: `is not set, and the cluster has access control: ${what}. With resetAccessControl: true, the drop runs, and groot gets clusterPassword again right after it`,
      };
    if (login.user === "groot" && namespace === 0) return undefined;
    return {
      code: "DGC804",
      property,
      reason: `needs clusterUser "groot" in namespace 0: ${what}, and only groot can set it again right after the drop`,
    };
  }

  /**
   * Healthy is not ready: Alpha also says so before it takes requests. While it restores it refuses most of them, and `running` tells so: then
   * it is up.
   */
  async readiness(_: string, call: Call): Promise<Probed> {
    if ((await this.ongoing(call)).includes("opRestore")) return { status: 200, retryAfterMs: undefined };
    const { status } = await this.client.get("/health", call);
    if (status === 200) await this.admin("readiness", { call }, () => undefined);
    return { status, retryAfterMs: undefined };
  }

  async running(_: string, __: number, call: Call): Promise<Running | undefined> {
    const ongoing = await this.ongoing(call);
    if (ongoing.includes("opRestore")) return { what: "restore" };
    return ongoing.includes("opBackup") ? { what: "backup" } : undefined;
  }

  async listBackups(source: BackupSource, call: Call): Promise<Backup[]> {
    const input = locationOf(source);
    return this.admin("listBackups", { call, variables: { input } }, (data, site) =>
      (shaped(site, backupsSchema, data).listBackups ?? []).map(({ backupId, groups, encrypted, ...backup }) => ({
        ...backup,
        series: backupId,
        encrypted: encrypted === true,
        timestamp: timestampOf(backup.path),
        predicates: this.ownPredicates((groups ?? []).flatMap(({ predicates }) => predicates ?? [])),
      })),
    );
  }

  async restore(target: string, { source, backup, encryptionKeyFile }: RestoreChoice, call: Call): Promise<undefined> {
    // Without both, Dgraph skips backups whose file is missing, and restores an older state.
    const which = { backupId: backup.series, backupNum: backup.backupNum };
    const input = { ...locationOf(source), ...which, ...(encryptionKeyFile !== undefined && { encryptionKeyFile }) };
    await this.once(target, "restore", { input }, call, (data, site) => {
      const { code, message } = shaped(site, restoreSchema, data).restore;
      if (code !== "Success") throw new GraphqlError(site, [`${code}: ${message ?? "no message"}`], data);
    });
  }

  async restoreStatus(restore: SentRestore, call: Call): Promise<RestoreStatusAnswer> {
    const { request, contents, predicates, target } = restore;
    if ((await this.ongoing(call)).includes("opRestore")) {
      this.seenRestores.add(request);
      this.quietSince.delete(request);
      return { status: "IN_PROGRESS", errors: [] };
    }
    if (!this.mayHaveEnded(request)) return { status: "IN_PROGRESS", errors: [] };
    const { predicates: stored } = await this.storedTypes(target, call);
    const found = contents === undefined ? undefined : await this.countContents(contents, call);
    return verdictOf({
      expected: contents,
      found,
      backedUp: predicates,
      stored: stored.filter((name) => !name.startsWith("dgraph.")),
      wasSeen: this.seenRestores.has(request),
    });
  }

  async backup(target: string, { destination, full, credentials }: BackupOrder, call: Call): Promise<string> {
    const input = { destination, forceFull: full, ...credentialsOf(credentials) };
    return this.once(target, "backup", { input }, call, (data, site) => shaped(site, backupSchema, data).backup.taskId);
  }

  async backupStatus(_: string, taskId: string, call: Call): Promise<"running" | "succeeded" | "failed"> {
    return this.admin("task", { call, variables: { id: taskId } }, (data, site) => {
      const { status } = shaped(site, taskSchema, data).task;
      if (status === "Success") return "succeeded";
      return status === "Failed" ? "failed" : "running";
    });
  }

  async dropData(target: string, drop: Drop, call: Call): Promise<DropAnswer> {
    await beforeSending("dropData was not sent", this.locate(target, call));
    return this.drops.send(drop, call);
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
    return this.admin(
      "getGQLSchema",
      { call },
      (data, site) => shaped(site, gqlSchemaSchema, data).getGQLSchema?.schema ?? "",
    );
  }

  generatedSchema(_: string, call: Call): Promise<LiveSchema> {
    return this.admin("getGeneratedSchema", { call }, (data, site) =>
      liveSchema(shaped(site, gqlSchemaSchema, data).getGQLSchema),
    );
  }

  async updateSchema(target: string, schema: string, call: Call): Promise<LiveSchema> {
    await beforeSending("updateGQLSchema was not sent", this.locate(target, call));
    const request = { variables: { schema }, policy: "byCaller" as const, call, isSlow: true, isMutation: true };
    return this.admin("updateGQLSchema", request, (data, site) =>
      liveSchema(shaped(site, updateSchemaSchema, data).updateGQLSchema.gqlSchema),
    );
  }

  storedPredicates(_: string, call: Call): Promise<StoredPredicate[]> {
    return this.query("schema {}", call, (data, site) => shaped(site, storedSchema, data).schema ?? []);
  }

  storedTypes(_: string, call: Call): Promise<StoredTypes> {
    return this.query("schema {}", call, (data, site) => typesOf(shaped(site, storedSchema, data)));
  }

  storedNames(_: string, call: Call): Promise<StoredNames> {
    return this.query("schema {}", call, (data, site) => namesOf(shaped(site, storedSchema, data)));
  }

  counts(_: string, heads: readonly string[], call: Call): Promise<(number | undefined)[]> {
    const blocks = heads.map((head, index) => `c${index}(${head}) { count(uid) }`);
    return this.query(`{ ${blocks.join(" ")} }`, call, (data, site) => {
      const answer = shaped(site, countsSchema, data);
      return heads.map((_head, index) => answer[`c${index}`]?.[0]?.count);
    });
  }

  aggregates(_: string, types: readonly string[], call: Call): Promise<(number | undefined)[]> {
    const fields = types.map((type, index) => `c${index}: aggregate${type} { count }`);
    const body = { query: `query Aggregates { ${fields.join(" ")} }` };
    return this.client.send({
      path: "/graphql",
      operation: "aggregates",
      body,
      call,
      parse: (data, site) => {
        const answer = shaped(site, aggregatesSchema, data);
        return types.map((_type, index) => answer[`c${index}`]?.count ?? undefined);
      },
    });
  }

  /** Whether a restore has ended, now that none is in progress: it was seen before, or has had the time to begin. */
  private mayHaveEnded(request: string): boolean {
    if (this.seenRestores.has(request)) return true;
    const now = this.clock.now();
    const since = this.quietSince.get(request) ?? now;
    this.quietSince.set(request, since);
    return now - since >= beginsWithinMs;
  }

  private async countContents(
    { types, predicates }: Contents,
    call: Call,
  ): Promise<Record<keyof Contents, Record<string, number | undefined>>> {
    const [ofTypes, ofPredicates] = [Object.keys(types), Object.keys(predicates)];
    const heads = [
      ...ofTypes.map((name) => `func: type(<${name}>)`),
      ...ofPredicates.map((name) => `func: has(<${name}>)`),
    ];
    const counts = heads.length === 0 ? [] : await this.counts("", heads, call);
    return {
      types: Object.fromEntries(ofTypes.map((name, index) => [name, counts[index]])),
      predicates: Object.fromEntries(ofPredicates.map((name, index) => [name, counts[ofTypes.length + index]])),
    };
  }

  /** What Alpha is doing. Each Alpha knows only its own work. */
  private async ongoing(call: Call): Promise<readonly string[]> {
    const answer = await this.client.get("/health?live", call);
    const site = { operation: "GET /health", host: this.client.host, isCluster: true };
    const [alpha] = shaped(site, healthSchema, healthOf(answer, site)).filter(({ instance }) => instance === "alpha");
    return alpha?.ongoing ?? [];
  }

  /** The predicates of the namespace, without Dgraph's own: a backup names them with their namespace. */
  private ownPredicates(names: readonly string[]): string[] {
    const prefix = `${this.access.namespace}-`;
    const own = names.filter((name) => name.startsWith(prefix) || !/^\d+-/.test(name));
    return own.map((name) => name.replace(/^\d+-/, "")).filter((name) => !name.startsWith("dgraph."));
  }

  /** Sends a mutation once, to the cluster that is meant. */
  private async once<T>(
    target: string,
    document: "restore" | "backup",
    variables: object,
    call: Call,
    parse: ClusterRequest<T>["parse"],
  ): Promise<T> {
    await beforeSending(`${document} was not sent`, this.locate(target, call));
    try {
      return await this.admin(document, { variables, policy: "once", call, isMutation: true }, parse);
    } catch (error) {
      throw refusedBeforeStart(error) ?? error;
    }
  }

  private admin<T>(
    document: ClusterDocument | "identify",
    request: Omit<ClusterRequest<T>, "path" | "operation" | "body" | "parse"> & { readonly variables?: object },
    parse: ClusterRequest<T>["parse"],
  ): Promise<T> {
    const { variables = {}, ...others } = request;
    const text = clusterDocuments[document === "identify" ? "identity" : document];
    const operation = operations[document] ?? document;
    return this.client.send({ ...others, path: "/admin", operation, body: { query: text, variables }, parse });
  }

  private query<T>(query: string, call: Call, parse: (data: AnswerData, site: RequestSite) => T): Promise<T> {
    return this.client.send({ path: "/query", operation: "query", body: { query }, call, parse });
  }
}

/** The operations of documents with another name. */
const operations: Readonly<Record<string, string>> = {
  identify: "state",
  getGeneratedSchema: "getGQLSchema",
  readiness: "getGQLSchema",
};

function locationOf(source: BackupSource): object {
  if ("uid" in source)
    throw new SettingsError({
      code: "DGC802",
      why: "a cluster has no backups of backends.",
      next: "Give location instead.",
    });
  return { location: source.location, ...credentialsOf(source.credentials) };
}

function credentialsOf(credentials: ObjectStoreCredentials | undefined): ObjectStoreCredentials {
  for (const value of [credentials?.accessKey, credentials?.secretKey, credentials?.sessionToken]) keepSecret(value);
  return credentials ?? {};
}

/** Dgraph answers "Failure" before it begins: then nothing has changed, whatever else the text says. */
function refusedBeforeStart(error: unknown): RefusedError | undefined {
  if (!(error instanceof GraphqlError)) return undefined;
  const payload = Object.values(error.data ?? {}).find(isRecord);
  if (payload?.["code"] !== "Failure") return undefined;
  return new RefusedError({ code: error.code, why: error.why, next: error.next, cause: error });
}

/** "dgraph.20261127.183122.123" is a time in UTC. Another path gives an empty text. */
function timestampOf(path: string): string {
  const [, ...parts] = /(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d)\.(\d{3})/.exec(path) ?? [];
  const [year, month, day, hour, minute, second, ms] = parts;
  return year === undefined
    ? ""
    : `${year}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}.${ms ?? ""}Z`;
}
