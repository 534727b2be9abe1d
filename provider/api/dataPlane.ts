import * as v from "valibot";
import { backendUrl } from "./settings";
import { noSuchBackend, RefusedError } from "../errors/errors";
import {
  type AnswerData,
  dataBeside,
  GraphqlError,
  LostAnswerError,
  NotSentError,
  RequestError,
  type RequestSite,
  UnauthorizedError,
  WrongShapeError,
} from "../errors/requestErrors";
import { keepSecret, scrub } from "../errors/redact";
import { clean } from "../errors/text";
import { isRecord } from "./answer";
import {
  type Backup,
  backupsSchema,
  dropSchema,
  exportSchema,
  gqlSchemaSchema,
  number,
  restoreSchema,
  type RestoreStatusAnswer,
  restoreStatusSchema,
  type StoredNames,
  storedSchema,
} from "./dataAnswers";
import type { Deployment } from "./deployment";
import type { DeploymentList } from "./deploymentList";
import { type BackendDocument, backendDocuments } from "./documents";
import { type Call, type RetryPolicy, requestMs, type Retrying, withRetries } from "./retry";
import { shaped } from "./shape";
import { postGraphql, probe, type Probed } from "./transport";

/** More of them help nobody. */
const maxTexts = 20;

/** The service's words, which go into the state in clear. */
function words(text: string): string {
  return clean(scrub(text));
}

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

/** The backends' own endpoints: one method an operation. Host and token of a backend are looked up by its uid. */
export class DataPlane {
  /** Host and token as last seen: a wait of hours must not need the control plane. */
  private readonly located = new Map<string, Deployment>();

  constructor(
    private readonly endpoint: URL,
    private readonly list: DeploymentList,
    private readonly retrying: Retrying,
    /** What to call the account in messages. */
    private readonly account: () => string | undefined = () => undefined,
  ) {}

  /** The backend in the account's list, which is read anew before it is said to be absent. */
  async locate(uid: string, call: Call): Promise<Deployment> {
    const [found] = await this.list.find({ uid }, call, "known");
    if (found !== undefined) {
      this.located.set(uid, found);
      return found;
    }
    throw noSuchBackend(uid, this.account());
  }

  /** Sent once; gives the restore's id. A failure for which `mayHaveActed` holds says that a restore may be running. */
  async restore(target: string, { source, folder, backupNum }: BackupChoice, call: Call): Promise<number> {
    const variables = { uid: source, backupFolder: folder, backupNum };
    return this.send(target, "restore", variables, "unless-sent", call, (data, site) => {
      // It may be a token that is not valid, or a restore that has begun: nobody can tell.
      if (data["restore"] === null) throw new LostAnswerError(site, { why: "the answer is null" });
      const { response, errors } = shaped(site, restoreSchema, data).restore;
      failOnProblems(site, errors, data);
      failOnCode(site, response, data);
      const restoreId = response?.restoreId;
      if (restoreId != null) return restoreId;
      throw new WrongShapeError(site, "data.restore.response.restoreId", "a number was expected");
    });
  }

  async restoreStatus(target: string, restoreId: number, call: Call): Promise<RestoreStatusAnswer> {
    return this.send(target, "restoreStatus", { restoreId }, "freely", call, (data, site) => {
      const { status, errors } = shaped(site, restoreStatusSchema, data).restoreStatus.response;
      return { status, errors: (errors ?? []).slice(0, maxTexts).map(words) };
    });
  }

  /** The backups of a backend, series by series as the service lists them. */
  async listBackups(uid: string, call: Call): Promise<Backup[]> {
    return this.send(uid, "listBackups", {}, "freely", call, (data, site) => {
      const { response, errors } = shaped(site, backupsSchema, data).listBackups;
      failOnProblems(site, errors, data);
      return (response ?? []).flat();
    });
  }

  /** Sent once; gives the service's words. A failure for which `mayHaveActed` holds says that data may be gone. */
  async dropData(uid: string, drop: Drop, call: Call): Promise<string> {
    return this.send(uid, documentOf(drop), { ...drop }, "unless-sent", call, (data, site) => {
      if (data["dropData"] === null) throw new LostAnswerError(site, { why: "the answer is null" });
      const { response } = shaped(site, dropSchema, data).dropData;
      failOnCode(site, response, data);
      return words(response.message ?? response.code);
    });
  }

  /** Exports everything; the URLs open the data to whoever has them. */
  async export(uid: string, call: Call): Promise<string[]> {
    return this.send(uid, "export", {}, "freely", call, (data, site) => {
      const { signedUrls } = shaped(site, exportSchema, data).export;
      for (const url of signedUrls) keepSecret(url);
      return signedUrls;
    });
  }

  /** The GraphQL schema as it was uploaded; empty when there is none. */
  async schema(uid: string, call: Call): Promise<string> {
    return this.send(uid, "getGQLSchema", {}, "freely", call, (data, site) => {
      return shaped(site, gqlSchemaSchema, data).getGQLSchema?.schema ?? "";
    });
  }

  /** The predicates and the types of the database itself; a backend in the mode graphql tells nobody. */
  async storedNames(uid: string, call: Call): Promise<StoredNames> {
    return this.send(uid, "query", {}, "freely", call, (data, site) => {
      const { schema, types } = shaped(site, storedSchema, data);
      const fields = (schema ?? []).map(({ predicate }) => predicate);
      return { types: (types ?? []).map(({ name }) => name), fields };
    });
  }

  /** What a backend answers to OPTIONS /graphql: status 200 once it is ready. Needs no token. */
  readiness(host: string, call: Call): Promise<Probed> {
    const url = backendUrl(this.endpoint, host, "/graphql");
    const operation = "OPTIONS /graphql";
    const timeoutMs = requestMs(this.retrying.clock, operation, "freely", call);
    return this.whileCloudRuns(operation, call, () => probe({ url, operation, timeoutMs, signal: call.signal }));
  }

  /** Whoever waits for a backend on this machine must not wait for a local cloud that has ended: the endpoint tells. */
  private async whileCloudRuns<T>(operation: string, call: Call, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof NotSentError && error.isBackendClosed) await asLookup(operation, this.list.recent(call));
      throw error;
    }
  }

  private async send<T>(
    uid: string,
    document: BackendDocument,
    variables: Readonly<Record<string, unknown>>,
    repeat: RetryPolicy,
    call: Call,
    parse: (data: AnswerData, site: RequestSite) => T,
  ): Promise<T> {
    const operation = document.startsWith("drop") ? "dropData" : document;
    const { path, text } = backendDocuments[document];
    const post = async ({ url: host, jwtToken }: Deployment): Promise<T> => {
      const url = backendUrl(this.endpoint, host, path);
      const data = await postGraphql({
        url,
        operation,
        document: text,
        variables: document === "dropAllData" || document === "dropAllDataAndSchema" ? {} : variables,
        headers: { "x-auth-token": jwtToken },
        timeoutMs: requestMs(this.retrying.clock, text, repeat, call),
        signal: call.signal,
        idempotent: repeat === "freely",
      });
      return parse(data, { operation, host: url.host });
    };
    let renewals = 0;
    const known = this.located.get(uid) ?? (await asLookup(operation, this.locate(uid, call)));
    return withRetries(this.retrying, repeat, call, async () => {
      try {
        return await this.whileCloudRuns(operation, call, () => post(this.located.get(uid) ?? known));
      } catch (error) {
        if (!(error instanceof UnauthorizedError) || renewals++ > 0) throw error;
        // A text about authorization may come from behind the door, where something may have been done already.
        if (repeat === "unless-sent" && !error.byStatus) throw error;
        const deployments = await asLookup(operation, this.list.anew(call));
        const fresh = deployments.find((deployment) => deployment.uid === uid);
        if (fresh === undefined || fresh.jwtToken === known.jwtToken) throw error;
        this.located.set(uid, fresh);
        return post(fresh);
      }
    });
  }
}

/** A lost list says nothing of the operation behind it, which was not sent. */
async function asLookup<T>(operation: string, lookup: Promise<T>): Promise<T> {
  try {
    return await lookup;
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause;
    throw new RefusedError({
      code: cause.code,
      why: `${operation} was not sent: ${cause.why}`,
      next: cause.next,
      cause,
    });
  }
}

function documentOf(drop: Drop): BackendDocument {
  if ("allData" in drop) return "dropAllData";
  if ("allDataAndSchema" in drop) return "dropAllDataAndSchema";
  return "types" in drop ? "dropTypes" : "dropFields";
}

function failOnProblems(
  site: RequestSite,
  problems: v.InferOutput<typeof restoreSchema>["restore"]["errors"],
  data: AnswerData,
): void {
  if (problems == null || problems.length === 0) return;
  const messages = problems.map(({ message }) => message);
  throw new GraphqlError(site, messages, data);
}

/** "Success" is the one code that is known; with any other the service has something to complain of. */
function failOnCode(
  site: RequestSite,
  response: v.InferOutput<typeof restoreSchema>["restore"]["response"],
  data: AnswerData,
): void {
  if (response?.code == null || response.code === "Success") return;
  throw new GraphqlError(site, [`${response.code}: ${response.message ?? "no message"}`], data);
}

/** The id of a restore that the service named beside its complaints. */
export function restoreIdBeside(error: unknown): number | undefined {
  const data = dataBeside(error);
  const restore = data?.["restore"];
  const response = isRecord(restore) ? restore["response"] : undefined;
  const id = isRecord(response) ? response["restoreId"] : undefined;
  return v.is(number, id) ? id : undefined;
}
