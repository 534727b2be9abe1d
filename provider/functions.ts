import type { Deployment } from "./api/deployment";
import { oldestFirst } from "./restore/backups";
import type {
  BackendDescription,
  BackupDescription,
  ClusterBackupDescription,
  GraphqlSchemaDescription,
  ObjectStoreCredentials,
} from "./types";
import { AbsentError, DgraphCloudError, noSuchBackend, SettingsError } from "./errors/errors";
import { messageOf } from "./resource/messages";
import { connectionOf, endpointsOf, readSettings, type StackSettings } from "./api/settings";
import { systemClock } from "./time";
import type { Account } from "./run/account";
import { accountOf } from "./run/accounts";
import { begin, type Operation } from "./run/operation";

const timeout = { input: "the time for looking up backends", value: "5m", ms: 300_000 };

/** All backends of the account that the settings name (operation `deployments`). */
export async function listBackends(stack: StackSettings): Promise<BackendDescription[]> {
  return withMessage("getBackends", async () => {
    const { account, operation } = lookUpBackends(stack);
    return Array.from(await account.list.recent(operation), (deployment) => describe(account, deployment));
  });
}

/** The one backend with this uid, or with this name. */
export async function findBackend(
  stack: StackSettings,
  wanted: { readonly uid?: string | undefined; readonly name?: string | undefined },
): Promise<BackendDescription> {
  return withMessage("getBackend", async () => {
    const { uid, name } = wanted;
    if ((uid === undefined) === (name === undefined)) {
      throw new AbsentError({
        code: "DGC501",
        why: "it is not clear which backend is meant.",
        next: "Give either uid or name.",
      });
    }
    const { account, operation } = lookUpBackends(stack);
    const matches = await account.list.find(uid === undefined ? { name: name ?? "" } : { uid }, operation);
    const by = uid === undefined ? `name "${name ?? ""}"` : `uid ${uid}`;
    const [only, another] = matches;
    if (only === undefined) {
      throw noSuchBackend(`with the ${by}`, account.session.accountName);
    }
    if (another !== undefined) {
      const uids = matches.map(({ uid }) => uid).join(" and ");
      throw new AbsentError({
        code: "DGC502",
        why: `${matches.length} backends have the ${by}: ${uids}.`,
        next: "Give the uid instead.",
      });
    }
    return describe(account, only);
  });
}

/** The backups of a backend, the oldest first (operation `listBackups` of the backend itself). */
export async function listBackups(stack: StackSettings, uid: string): Promise<BackupDescription[]> {
  return withMessage("getBackups", async () => {
    const { account, operation } = lookUp(stack);
    const backups = oldestFirst(await account.data.listBackups({ uid }, operation));
    return backups.map(({ series, backupNum, type, timestamp }) => ({ folder: series, backupNum, type, timestamp }));
  });
}

/** The backups in a location that a cluster reads, the oldest first (operation `listBackups` of the cluster). */
export async function listClusterBackups(
  stack: StackSettings,
  { location, credentials }: { readonly location: string; readonly credentials?: ObjectStoreCredentials | undefined },
): Promise<ClusterBackupDescription[]> {
  return withMessage("getBackups", async () => {
    const { account, operation } = lookUp(stack);
    const backups = oldestFirst(await account.data.listBackups({ location, credentials }, operation));
    return backups.map(({ series, backupNum, type, path = "", encrypted = false, timestamp }) => ({
      ...{ backupId: series, backupNum, type, path, encrypted, timestamp },
    }));
  });
}

/** The GraphQL schema of a backend, or of the cluster of the settings (operation `getGQLSchema`, asked of the backend or of the cluster). */
export async function readGraphqlSchema(
  stack: StackSettings,
  uid: string | undefined,
): Promise<GraphqlSchemaDescription> {
  return withMessage("getGraphqlSchema", async () => {
    const { account, operation } = lookUp(stack);
    const { id } = await account.data.locate(uid, operation);
    return account.data.generatedSchema(id, operation);
  });
}

/** The id of the cluster that the settings name. */
export async function findClusterId(stack: StackSettings): Promise<string> {
  return withMessage("getGraphqlSchema", async () => {
    const { account, operation } = lookUp(stack);
    return (await account.data.locate(undefined, operation)).id;
  });
}

/** What the lambda of a backend has printed (operation `getLambdaLogs`). */
export async function listLambdaLogs(
  stack: StackSettings,
  {
    backend,
    ...period
  }: {
    readonly backend: string;
    readonly start?: string | undefined;
    readonly end?: string | undefined;
  },
): Promise<string[]> {
  return withMessage("getLambdaLogs", async () => {
    const { account, operation } = lookUpBackends(stack);
    // Only the list tells an absent backend from one without logs.
    await account.data.locate(backend, operation);
    return account.control.lambdaLogs(backend, period, operation);
  });
}

/** The same for what only an account of Dgraph Cloud has. */
function lookUpBackends(stack: StackSettings): { account: Account; operation: Operation } {
  if (connectionOf(readSettings((name) => stack[name], process.env)) !== "cluster") return lookUp(stack);
  throw new SettingsError({
    code: "DGC803",
    why: "the settings connect to a cluster (clusterUrl), and backends exist in an account of Dgraph Cloud only.",
    next: "Give the function a Provider with the settings of an account (token, or email and password), as the option provider.",
  });
}

/** What the settings connect to, and an operation for one look-up. */
function lookUp(stack: StackSettings): { account: Account; operation: Operation } {
  const account = accountOf(stack, process.env);
  const quiet = (): void => undefined;
  const silent = {
    clock: systemClock,
    signal: new AbortController().signal,
    progress: quiet,
    reached: quiet,
  };
  return { account, operation: begin(silent, timeout) };
}

function describe(account: Account, deployment: Deployment): BackendDescription {
  const { uid, name, zone, url, jwtToken } = deployment;
  return {
    uid,
    name,
    zone,
    deploymentType: deployment.deploymentType ?? undefined,
    deploymentMode: deployment.deploymentMode ?? undefined,
    owner: deployment.owner ?? undefined,
    url,
    ...endpointsOf(account.endpoint, url),
    jwtToken,
  };
}

/** Reports a failure of the provider with its message. */
async function withMessage<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DgraphCloudError)) throw error;
    const failure = new Error(messageOf(name, error), { cause: error });
    // Without stack frames: on those of @pulumi's sources, util.inspect of Node 20 runs until the memory is full.
    failure.stack = String(failure);
    throw failure;
  }
}
