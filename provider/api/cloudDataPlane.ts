import { LostAnswerError, WrongShapeError } from "../errors/requestErrors";
import { noSuchBackend, RefusedError } from "../errors/errors";
import { keepSecret, scrub } from "../errors/redact";
import { clean } from "../errors/text";
import { BackendClient, type PlaneRequest } from "./client";
import type {
  BackupSource,
  DataPlane,
  Drop,
  DropAnswer,
  RestoreChoice,
  Running,
  SentRestore,
  Target,
} from "./dataPlane";
import {
  type Backup,
  backupsSchema,
  dropSchema,
  exportSchema,
  failOnCode,
  failOnProblems,
  type LiveSchema,
  namesOf,
  restoreSchema,
  type RestoreState,
  type RestoreStatusAnswer,
  restoreStatusSchema,
  type StoredNames,
  type StoredPredicate,
  type StoredTypes,
  typesOf,
} from "./dataAnswers";
import type { DeploymentList } from "./deploymentList";
import { type BackendDocument, backendDocuments } from "./documents";
import { aggregateQuery, countQuery, liveSchemaIn, schemaIn, storedIn, updatedSchemaIn } from "./queries";
import { findRunningRestore } from "./runningRestore";
import type { Call, Retrying, RetryPolicy } from "./retry";
import { shaped } from "./validateAnswer";
import type { Probed } from "./transport";

/** How many of the errors of a restore the state keeps. */
const maxErrors = 20;

/** The endpoints of the backends of an account. A backend is named by its uid. */
export class CloudDataPlane implements DataPlane {
  private readonly client: BackendClient;

  constructor(
    endpoint: URL,
    private readonly list: DeploymentList,
    private readonly retrying: Retrying,
    private readonly accountName: () => string | undefined = () => undefined,
  ) {
    this.client = new BackendClient(endpoint, list, retrying, accountName);
  }

  /** The backend in the account's list. The list is read anew before the backend is reported as absent. */
  async locate(uid: string | undefined, call: Call): Promise<Target> {
    const { deploymentType } = await this.client.locate(named(uid), call);
    return { id: named(uid), deploymentType };
  }

  async describe(uid: string | undefined, call: Call): Promise<string> {
    const name = (await this.list.known(call)).get(named(uid))?.name;
    return name === undefined ? `the backend ${named(uid)}` : `the backend "${name}" (${named(uid)})`;
  }

  async namesOf(uid: string | undefined, call: Call): Promise<readonly string[]> {
    const [live] = await this.list.find({ uid: named(uid) }, call);
    if (live === undefined) throw noSuchBackend(named(uid), this.accountName());
    return [live.name];
  }

  lacks(uid: string, call: Call): Promise<boolean> {
    return this.list.lacks(uid, call);
  }

  refusalOf(): undefined {
    return undefined;
  }

  async running(uid: string, highestId: number, call: Call): Promise<Running | undefined> {
    const statusOf = async (restoreId: number): Promise<RestoreState> =>
      (await this.restoreStatus({ target: uid, request: "", restoreId }, call, "byCaller")).status;
    const restoreId = await findRunningRestore({ uid, highestId, statusOf, call, retrying: this.retrying });
    return restoreId === undefined ? undefined : { what: "restore", restoreId };
  }

  restore(target: string, { source, backup }: RestoreChoice, call: Call): Promise<number> {
    const variables = { uid: uidOf(source), backupFolder: backup.series, backupNum: backup.backupNum };
    return this.send(target, "restore", { variables, policy: "once", call }, (data, site) => {
      // The token may be invalid, or a restore may have begun: nobody can tell.
      if (data["restore"] === null) throw new LostAnswerError(site, { why: "the answer is null" });
      const { response, errors } = shaped(site, restoreSchema, data).restore;
      failOnProblems(site, errors, data);
      failOnCode(site, response, data);
      const restoreId = response?.restoreId;
      if (restoreId != null) return restoreId;
      throw new WrongShapeError(site, "data.restore.response.restoreId", "a number was expected");
    });
  }

  restoreStatus(
    { target, restoreId }: SentRestore,
    call: Call,
    policy: RetryPolicy = "idempotent",
  ): Promise<RestoreStatusAnswer> {
    return this.send(target, "restoreStatus", { variables: { restoreId }, policy, call }, (data, site) => {
      const { status, errors } = shaped(site, restoreStatusSchema, data).restoreStatus.response;
      return { status, errors: (errors ?? []).slice(0, maxErrors).map(presentable) };
    });
  }

  listBackups(source: BackupSource, call: Call): Promise<Backup[]> {
    return this.send(uidOf(source), "listBackups", { call }, (data, site) => {
      const { response, errors } = shaped(site, backupsSchema, data).listBackups;
      failOnProblems(site, errors, data);
      return (response ?? []).flat().map(({ folder, ...backup }) => ({ ...backup, series: folder }));
    });
  }

  backup(): Promise<string> {
    return Promise.reject(noBackups());
  }

  backupStatus(): Promise<"failed"> {
    return Promise.reject(noBackups());
  }

  dropData(uid: string, drop: Drop, call: Call): Promise<DropAnswer> {
    const variables = "types" in drop || "fields" in drop ? { ...drop } : {};
    return this.send(uid, documentOf(drop), { variables, policy: "once", call }, (data, site) => {
      if (data["dropData"] === null) throw new LostAnswerError(site, { why: "the answer is null" });
      const { response } = shaped(site, dropSchema, data).dropData;
      failOnCode(site, response, data);
      return { message: presentable(response.message ?? response.code) };
    });
  }

  export(uid: string, call: Call): Promise<string[]> {
    return this.send(uid, "export", { call }, (data, site) => {
      const { signedUrls } = shaped(site, exportSchema, data).export;
      for (const url of signedUrls) keepSecret(url);
      return signedUrls;
    });
  }

  schema(uid: string, call: Call): Promise<string> {
    return this.send(uid, "getGQLSchema", { call }, schemaIn);
  }

  generatedSchema(uid: string, call: Call): Promise<LiveSchema> {
    return this.send(uid, "getGeneratedSchema", { call }, liveSchemaIn);
  }

  updateSchema(uid: string, schema: string, call: Call): Promise<LiveSchema> {
    const request = { variables: { schema }, policy: "byCaller" as const, call, isSlow: true };
    return this.send(uid, "updateGQLSchema", request, updatedSchemaIn);
  }

  storedPredicates(uid: string, call: Call): Promise<StoredPredicate[]> {
    return this.send(uid, "query", { call }, (data, site) => storedIn(data, site).schema ?? []);
  }

  storedTypes(uid: string, call: Call): Promise<StoredTypes> {
    return this.send(uid, "query", { call }, (data, site) => typesOf(storedIn(data, site)));
  }

  storedNames(uid: string, call: Call): Promise<StoredNames> {
    return this.send(uid, "query", { call }, (data, site) => namesOf(storedIn(data, site)));
  }

  counts(uid: string, heads: readonly string[], call: Call): Promise<(number | undefined)[]> {
    const { text, answers } = countQuery(heads);
    return this.query(uid, { path: backendDocuments.query.path, operation: "query", text }, call, answers);
  }

  aggregates(uid: string, types: readonly string[], call: Call): Promise<(number | undefined)[]> {
    const { text, answers } = aggregateQuery(types);
    return this.query(uid, { path: "/graphql", operation: "aggregates", text }, call, answers);
  }

  async readiness(uid: string, call: Call): Promise<Probed> {
    return this.readinessAt(await this.client.hostOf(uid, call), call);
  }

  /** The answer of a host to OPTIONS /graphql. */
  readinessAt(host: string, call: Call): Promise<Probed> {
    return this.client.probe(host, "/graphql", call);
  }

  private query<T>(
    uid: string,
    { path, operation, text }: { readonly path: string; readonly operation: string; readonly text: string },
    call: Call,
    parse: PlaneRequest<T>["parse"],
  ): Promise<T> {
    const request = { operation, document: text, variables: {}, policy: "idempotent" as const, call, parse };
    return this.client.send(uid, path, request);
  }

  private send<T>(
    uid: string,
    document: BackendDocument,
    request: {
      readonly call: Call;
      readonly variables?: PlaneRequest<T>["variables"];
      readonly policy?: RetryPolicy;
      readonly isSlow?: boolean;
    },
    parse: PlaneRequest<T>["parse"],
  ): Promise<T> {
    const { policy = "idempotent", variables = {} } = request;
    const operation = operations[document] ?? document;
    const { path, text } = backendDocuments[document];
    return this.client.send(uid, path, { ...request, operation, document: text, variables, policy, parse });
  }
}

/** The operations of documents with another name. */
const operations: Readonly<Partial<Record<BackendDocument, string>>> = {
  dropAllData: "dropData",
  dropAllDataAndSchema: "dropData",
  dropTypes: "dropData",
  dropFields: "dropData",
  getGeneratedSchema: "getGQLSchema",
};

/** The check of a resource requires a backend; a look-up may name none. */
function named(uid: string | undefined): string {
  if (uid !== undefined) return uid;
  throw new RefusedError({
    code: "DGC802",
    why: "the settings connect to an account of Dgraph Cloud, and no backend is named.",
    next: "Name the backend, or set clusterUrl.",
  });
}

function uidOf(source: BackupSource): string {
  if ("uid" in source) return source.uid;
  throw new RefusedError({
    code: "DGC802",
    why: "a location exists for a cluster only, and the settings connect to an account of Dgraph Cloud.",
    next: "Name the backend (uid), or set clusterUrl.",
  });
}

/** The check refuses a Backup with an account. */
function noBackups(): RefusedError {
  return new RefusedError({
    code: "DGC803",
    why: "Dgraph Cloud takes the backups of its backends by itself, and has no operation for it.",
    next: "Use a Backup with a cluster of your own.",
  });
}

function documentOf(drop: Drop): BackendDocument {
  if ("allData" in drop) return "dropAllData";
  if ("allDataAndSchema" in drop) return "dropAllDataAndSchema";
  return "types" in drop ? "dropTypes" : "dropFields";
}

/** The service's words, which go into the state in clear. */
function presentable(text: string): string {
  return clean(scrub(text));
}
