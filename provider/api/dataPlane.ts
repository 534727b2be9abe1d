import { LostAnswerError, WrongShapeError } from "../errors/requestErrors";
import { keepSecret, scrub } from "../errors/redact";
import { clean } from "../errors/text";
import { BackendClient, type PlaneRequest } from "./client";
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
  restoreSchema,
  type RestoreStatusAnswer,
  restoreStatusSchema,
  type StoredNames,
  type StoredPredicate,
  storedSchema,
  type StoredTypes,
  updateSchemaSchema,
} from "./dataAnswers";
import type { Deployment } from "./deployment";
import type { DeploymentList } from "./deploymentList";
import { type BackendDocument, backendDocuments } from "./documents";
import type { Call, Retrying, RetryPolicy } from "./retry";
import { shaped } from "./validateAnswer";
import type { Probed } from "./transport";

/** How many of the errors of a restore the state keeps. */
const maxErrors = 20;

/** What one dropData removes: the service takes one of these at a time. */
export type Drop =
  | { readonly allData: true }
  | { readonly allDataAndSchema: true }
  | { readonly types: readonly string[] }
  | { readonly fields: readonly string[] };

/** Which backup of which backend. */
export interface BackupChoice {
  /** The backend that was backed up. */
  readonly source: string;
  readonly folder: string;
  readonly backupNum: number;
}

/** The backends' own endpoints: one method an operation. A backend is named by its uid. */
export class DataPlane {
  private readonly client: BackendClient;

  constructor(
    endpoint: URL,
    list: DeploymentList,
    retrying: Retrying,
    accountName: () => string | undefined = () => undefined,
  ) {
    this.client = new BackendClient(endpoint, list, retrying, accountName);
  }

  /** The backend in the account's list. The list is read anew before the backend is reported as absent. */
  locate(uid: string, call: Call): Promise<Deployment> {
    return this.client.locate(uid, call);
  }

  /** Sent once; returns the id of the restore. After an error for which `mayHaveRun` holds, a restore may be running. */
  restore(target: string, { source, folder, backupNum }: BackupChoice, call: Call): Promise<number> {
    const variables = { uid: source, backupFolder: folder, backupNum };
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

  restoreStatus(target: string, restoreId: number, call: Call): Promise<RestoreStatusAnswer> {
    return this.send(target, "restoreStatus", { variables: { restoreId }, call }, (data, site) => {
      const { status, errors } = shaped(site, restoreStatusSchema, data).restoreStatus.response;
      return { status, errors: (errors ?? []).slice(0, maxErrors).map(presentable) };
    });
  }

  /** The backups of a backend, series by series as the service lists them. */
  listBackups(uid: string, call: Call): Promise<Backup[]> {
    return this.send(uid, "listBackups", { call }, (data, site) => {
      const { response, errors } = shaped(site, backupsSchema, data).listBackups;
      failOnProblems(site, errors, data);
      return (response ?? []).flat();
    });
  }

  /** Sent once; returns the service's message. After an error for which `mayHaveRun` holds, data may be gone. */
  dropData(uid: string, drop: Drop, call: Call): Promise<string> {
    const variables = "types" in drop || "fields" in drop ? { ...drop } : {};
    return this.send(uid, documentOf(drop), { variables, policy: "once", call }, (data, site) => {
      if (data["dropData"] === null) throw new LostAnswerError(site, { why: "the answer is null" });
      const { response } = shaped(site, dropSchema, data).dropData;
      failOnCode(site, response, data);
      return presentable(response.message ?? response.code);
    });
  }

  /** Exports everything; whoever has the URLs can read the data. */
  export(uid: string, call: Call): Promise<string[]> {
    return this.send(uid, "export", { call }, (data, site) => {
      const { signedUrls } = shaped(site, exportSchema, data).export;
      for (const url of signedUrls) keepSecret(url);
      return signedUrls;
    });
  }

  /** The GraphQL schema as it was uploaded; empty when there is none. */
  schema(uid: string, call: Call): Promise<string> {
    return this.send(uid, "getGQLSchema", { call }, (data, site) => {
      return shaped(site, gqlSchemaSchema, data).getGQLSchema?.schema ?? "";
    });
  }

  /** The GraphQL schema, with the API that Dgraph makes of it. */
  generatedSchema(uid: string, call: Call): Promise<LiveSchema> {
    return this.send(uid, "getGeneratedSchema", { call }, (data, site) =>
      liveSchema(shaped(site, gqlSchemaSchema, data).getGQLSchema),
    );
  }

  /**
   * Replaces the GraphQL schema. Its caller may send it again, after a look at what is live. Building indexes can take as long as the operation has. After an error, Dgraph may have
   * saved the text all the same.
   */
  updateSchema(uid: string, schema: string, call: Call): Promise<LiveSchema> {
    const request = { variables: { schema }, policy: "byCaller" as const, call, isSlow: true };
    return this.send(uid, "updateGQLSchema", request, (data, site) =>
      liveSchema(shaped(site, updateSchemaSchema, data).updateGQLSchema.gqlSchema),
    );
  }

  /** The predicates of the database itself. A backend in the mode graphql does not answer this. */
  storedPredicates(uid: string, call: Call): Promise<StoredPredicate[]> {
    return this.send(uid, "query", { call }, (data, site) => shaped(site, storedSchema, data).schema ?? []);
  }

  /**
   * Counts nodes in one DQL query. A count is the head of a block: `func: has(User.email)`. It is undefined where the token may not read the
   * predicate. A backend in the mode graphql does not answer this.
   */
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

  /**
   * Counts the nodes of types in one query of GraphQL, which a backend answers in every mode. A count is undefined where the answer has none.
   * The rules of `@auth` apply: a count lacks the nodes that they hide.
   */
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

  /** The predicates of the database itself, and its types with the predicates of each. A backend in the mode graphql does not answer this. */
  storedTypes(uid: string, call: Call): Promise<StoredTypes> {
    return this.send(uid, "query", { call }, (data, site) => {
      const { schema, types } = shaped(site, storedSchema, data);
      return {
        predicates: (schema ?? []).map(({ predicate }) => predicate),
        types: (types ?? []).map(({ name, fields }) => ({
          name,
          predicates: (fields ?? []).map((field) => field.name),
        })),
      };
    });
  }

  /** The predicates and the types of the database itself. A backend in the mode graphql does not answer this. */
  storedNames(uid: string, call: Call): Promise<StoredNames> {
    return this.send(uid, "query", { call }, (data, site) => {
      const { schema, types } = shaped(site, storedSchema, data);
      const fields = (schema ?? []).map(({ predicate }) => predicate);
      return { types: (types ?? []).map(({ name }) => name), fields };
    });
  }

  /** The answer of a backend to OPTIONS /graphql: status 200 once it is ready. */
  readiness(host: string, call: Call): Promise<Probed> {
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

function documentOf(drop: Drop): BackendDocument {
  if ("allData" in drop) return "dropAllData";
  if ("allDataAndSchema" in drop) return "dropAllDataAndSchema";
  return "types" in drop ? "dropTypes" : "dropFields";
}

/** The service's words, which go into the state in clear. */
function presentable(text: string): string {
  return clean(scrub(text));
}
