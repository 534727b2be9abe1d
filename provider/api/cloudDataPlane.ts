import { LostAnswerError, WrongShapeError } from "../errors/requestErrors";
import { noSuchBackend, RefusedError } from "../errors/errors";
import { keepSecret, scrub } from "../errors/redact";
import { clean } from "../errors/text";
import type { Clock } from "../time";
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
  aggregatesSchema,
  type Backup,
  backupsSchema,
  countsSchema,
  dropSchema,
  exportSchema,
  failOnCode,
  failOnProblems,
  gqlSchemaSchema,
  type LiveSchema,
  liveSchema,
  namesOf,
  restoreSchema,
  type RestoreState,
  type RestoreStatusAnswer,
  restoreStatusSchema,
  type StoredNames,
  type StoredPredicate,
  storedSchema,
  type StoredTypes,
  typesOf,
  updateSchemaSchema,
} from "./dataAnswers";
import type { DeploymentList } from "./deploymentList";
import { type BackendDocument, backendDocuments } from "./documents";
import { findRunningRestore } from "./runningRestore";
import type { Call, Retrying, RetryPolicy } from "./retry";
import { shaped } from "./validateAnswer";
import type { Probed } from "./transport";

/** How many of the errors of a restore the state keeps. */
const maxErrors = 20;

/** The endpoints of the backends of an account. A backend is named by its uid. */
export class CloudDataPlane implements DataPlane {
  private readonly client: BackendClient;
  private readonly clock: Clock;

  constructor(
    endpoint: URL,
    private readonly list: DeploymentList,
    retrying: Retrying,
    private readonly accountName: () => string | undefined = () => undefined,
  ) {
    this.client = new BackendClient(endpoint, list, retrying, accountName);
    this.clock = retrying.clock;
  }

  /** The backend in the account's list. The list is read anew before the backend is reported as absent. */
  async locate(uid: string | undefined, call: Call): Promise<Target> {
    const { deploymentType } = await this.client.locate(named(uid), call);
    return { id: named(uid), deploymentType };
  }

  async describe(uid: string | undefined, call: Call): Promise<string> {
    const name = (await this.list.known(call)).find((deployment) => deployment.uid === uid)?.name;
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
      (await this.restoreStatus({ target: uid, request: "", restoreId }, call)).status;
    const restoreId = await findRunningRestore({ uid, highestId, statusOf, call, clock: this.clock });
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

  restoreStatus({ target, restoreId }: SentRestore, call: Call): Promise<RestoreStatusAnswer> {
    return this.send(target, "restoreStatus", { variables: { restoreId }, call }, (data, site) => {
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
    return this.send(uid, "getGQLSchema", { call }, (data, site) => {
      return shaped(site, gqlSchemaSchema, data).getGQLSchema?.schema ?? "";
    });
  }

  generatedSchema(uid: string, call: Call): Promise<LiveSchema> {
    return this.send(uid, "getGeneratedSchema", { call }, (data, site) =>
      liveSchema(shaped(site, gqlSchemaSchema, data).getGQLSchema),
    );
  }

  updateSchema(uid: string, schema: string, call: Call): Promise<LiveSchema> {
    const request = { variables: { schema }, policy: "byCaller" as const, call, isSlow: true };
    return this.send(uid, "updateGQLSchema", request, (data, site) =>
      liveSchema(shaped(site, updateSchemaSchema, data).updateGQLSchema.gqlSchema),
    );
  }

  storedPredicates(uid: string, call: Call): Promise<StoredPredicate[]> {
    return this.send(uid, "query", { call }, (data, site) => shaped(site, storedSchema, data).schema ?? []);
  }

  async counts(uid: string, heads: readonly string[], call: Call): Promise<(number | undefined)[]> {
    const blocks = heads.map((head, index) => `c${index}(${head}) { count(uid) }`);
    const { path } = backendDocuments.query;
    return this.client.send(uid, path, {
      operation: "query",
      document: `{ ${blocks.join(" ")} }`,
      variables: {},
      policy: "idempotent",
      call,
      parse: (data, site) => {
        const answer = shaped(site, countsSchema, data);
        return heads.map((_, index) => answer[`c${index}`]?.[0]?.count);
      },
    });
  }

  async aggregates(uid: string, types: readonly string[], call: Call): Promise<(number | undefined)[]> {
    const fields = types.map((type, index) => `c${index}: aggregate${type} { count }`);
    return this.client.send(uid, "/graphql", {
      operation: "aggregates",
      document: `query Aggregates { ${fields.join(" ")} }`,
      variables: {},
      policy: "idempotent",
      call,
      parse: (data, site) => {
        const answer = shaped(site, aggregatesSchema, data);
        return types.map((_, index) => answer[`c${index}`]?.count ?? undefined);
      },
    });
  }

  storedTypes(uid: string, call: Call): Promise<StoredTypes> {
    return this.send(uid, "query", { call }, (data, site) => typesOf(shaped(site, storedSchema, data)));
  }

  storedNames(uid: string, call: Call): Promise<StoredNames> {
    return this.send(uid, "query", { call }, (data, site) => namesOf(shaped(site, storedSchema, data)));
  }

  async readiness(uid: string, call: Call): Promise<Probed> {
    return this.readinessAt(await this.client.hostOf(uid, call), call);
  }

  /** The answer of a host to OPTIONS /graphql. */
  readinessAt(host: string, call: Call): Promise<Probed> {
    return this.client.probe(host, "/graphql", call);
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
