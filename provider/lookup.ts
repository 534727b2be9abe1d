import type { Deployment } from "./api/deployment";
import { begin, type Operation } from "./context";
import { oldestFirst } from "./restore/backups";
import type { BackendDescription, BackupDescription } from "./types";
import { AbsentError, DgraphCloudError, noSuchBackend } from "./errors";
import { messageOf } from "./message";
import { endpointsOf, readSettings, type SettingName } from "./config";
import { systemClock } from "./clock";
import { Cloud } from "./cloud";

type StackSettings = Readonly<Partial<Record<SettingName, string | undefined>>>;

const timeout = { input: "the time for looking up backends", value: "5m", ms: 300_000 };

/** Accounts by their settings, so that all look-ups of a program share one log-in and one list. */
const clouds = new Map<string, Cloud>();

/** All backends of the account that the settings name (operation `deployments`). */
export async function listBackends(stack: StackSettings): Promise<BackendDescription[]> {
  return told("getBackends", async () => {
    const { cloud, operation } = asking(stack);
    return (await cloud.list.recent(operation)).map((deployment) => describe(cloud, deployment));
  });
}

/** The one backend with this uid, or with this name. */
export async function findBackend(
  stack: StackSettings,
  wanted: { readonly uid?: string | undefined; readonly name?: string | undefined },
): Promise<BackendDescription> {
  return told("getBackend", async () => {
    const { uid, name } = wanted;
    if ((uid === undefined) === (name === undefined)) {
      throw new AbsentError({
        code: "DGC501",
        why: "it is not clear which backend is meant.",
        next: "Give either uid or name.",
      });
    }
    const { cloud, operation } = asking(stack);
    const matches = await cloud.list.find(uid === undefined ? { name: name ?? "" } : { uid }, operation);
    const by = uid === undefined ? `name "${name ?? ""}"` : `uid ${uid}`;
    const [only, another] = matches;
    if (only === undefined) {
      throw noSuchBackend(`with the ${by}`, cloud.session.account);
    }
    if (another !== undefined) {
      const uids = matches.map(({ uid }) => uid).join(" and ");
      throw new AbsentError({
        code: "DGC502",
        why: `${matches.length} backends have the ${by}: ${uids}.`,
        next: "Give the uid instead.",
      });
    }
    return describe(cloud, only);
  });
}

/** The backups of a backend, the oldest first (operation `listBackups`, asked of the backend itself). */
export async function listBackups(stack: StackSettings, uid: string): Promise<BackupDescription[]> {
  return told("getBackups", async () => {
    const { cloud, operation } = asking(stack);
    return oldestFirst(await cloud.data.listBackups(uid, operation)).map((backup) => ({ ...backup }));
  });
}

function asking(stack: StackSettings): { cloud: Cloud; operation: Operation } {
  const settings = readSettings((name) => stack[name], process.env);
  const key = JSON.stringify(settings);
  const cloud = clouds.get(key) ?? new Cloud(settings, systemClock);
  clouds.set(key, cloud);
  const quiet = (): void => undefined;
  const silent = {
    clock: systemClock,
    signal: new AbortController().signal,
    progress: quiet,
    reached: quiet,
    say: quiet,
    warn: quiet,
    fail: quiet,
  };
  return { cloud, operation: begin({ cloud, ...silent }, timeout) };
}

function describe(cloud: Cloud, deployment: Deployment): BackendDescription {
  const { uid, name, zone, url, jwtToken } = deployment;
  return {
    uid,
    name,
    zone,
    deploymentType: deployment.deploymentType ?? undefined,
    deploymentMode: deployment.deploymentMode ?? undefined,
    owner: deployment.owner ?? undefined,
    url,
    ...endpointsOf(cloud.endpoint, url),
    jwtToken,
  };
}

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DgraphCloudError)) throw error;
    const failure = new Error(messageOf(what, error), { cause: error });
    // Without frames: on those of @pulumi's sources, util.inspect of Node 20 spins until the memory is full.
    failure.stack = String(failure);
    throw failure;
  }
}
