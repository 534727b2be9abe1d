import type { Deployment } from "../../../provider/api/deployment";
import type { Call } from "../../../provider/api/retry";
import { DeadlineError, DgraphCloudError } from "../../../provider/errors/errors";
import { GraphqlError } from "../../../provider/errors/requestErrors";
import { accountOf } from "../../../provider/run/accounts";
import { isBackend } from "../../../provider/api/dataPlane";
import { presentable } from "../../../provider/resource/messages";
import { oldestFirst } from "../../../provider/restore/backups";
import type { Account } from "../../../provider/run/account";
import type { SchemaChange } from "../../../provider/schema/grading";
import { counted, isNotNow } from "../../../provider/schema/live";
import { systemClock } from "../../../provider/time";
import { type AtStake, nothingKnown } from "./text";
import { answersDql, countNodes } from "./countNodes";
import { Clusters, connectionIn } from "./clusters";
import { unknownBecause, unknownOfBackend } from "../../lookUpFailures";

/** Limits of the look-ups. Times are in milliseconds. */
export interface Bounds {
  readonly backends: number;
  /** Backends at the same time. */
  readonly atOnce: number;
  readonly callMs: number;
  /** All calls together. */
  readonly allMs: number;
}

export const defaultBounds: Bounds = { backends: 20, atOnce: 4, callMs: 10_000, allMs: 60_000 };

interface Listed {
  readonly account: Account;
  readonly backends: ReadonlyMap<string, Deployment>;
}

/**
 * Look-ups that share one list of backends, and the limits. They only read. A failure of the service or of the settings rejects none of them:
 * the reason is in `unknown`, or the value is undefined.
 */
export class LookUps {
  private readonly asked = new Set<string>();
  private endsAt: number | undefined;
  private list: Promise<Listed> | undefined;
  private readonly clusters: Clusters;

  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly bounds: Bounds = defaultBounds,
  ) {
    this.clusters = new Clusters(environment, (send) => this.ask(send));
  }

  /** What the backends and clusters hold, by their uids, ids or hosts. */
  async whatIsAtStake(uids: readonly string[]): Promise<ReadonlyMap<string, AtStake>> {
    const wanted = [...new Set(uids)];
    const stakes: [string, AtStake][] = [];
    let next = 0;
    const askOneByOne = async (): Promise<void> => {
      for (let index = next++; index < wanted.length; index = next++) {
        const uid = wanted[index] ?? "";
        stakes[index] = [uid, await this.stakeOf(uid)];
      }
    };
    await Promise.all(Array.from({ length: this.bounds.atOnce }, askOneByOne));
    return new Map(stakes);
  }

  /** How many nodes each change concerns, in the order of the changes. */
  async countChanges(uid: string, changes: readonly SchemaChange[]): Promise<readonly (number | undefined)[]> {
    const notKnown = changes.map(() => undefined);
    if (!changes.some(({ stake }) => stake !== undefined) || !this.mayAsk(uid)) return notKnown;
    try {
      const account = isBackend(uid) ? await this.accountWithDql(uid) : await this.clusters.accountOf(uid);
      if (account === undefined) return notKnown;
      const context = { account, clock: systemClock };
      const counts = await this.ask((call) => counted(context, call, { uid, changes, live: { stored: [] } }));
      return counts.map(({ count }) => count);
    } catch (error) {
      if (!(error instanceof DgraphCloudError)) throw error;
      return notKnown;
    }
  }

  /** The account of a backend that may answer DQL. */
  private async accountWithDql(uid: string): Promise<Account | undefined> {
    const { account, backends } = await this.listed();
    const backend = backends.get(uid);
    return backend === undefined || !answersDql(backend) ? undefined : account;
  }

  private async stakeOf(uid: string): Promise<AtStake> {
    if (!isBackend(uid)) return this.clusters.stakeOf(uid);
    if (connectionIn(this.environment) === "cluster")
      return nothingKnown(
        "a backend of Dgraph Cloud, and the environment names a cluster; use the settings of its account",
      );
    if (!this.mayAsk(uid)) return nothingKnown(`not asked: more than ${this.bounds.backends} backends`);
    let listed: Listed;
    try {
      listed = await this.listed();
    } catch (error) {
      return nothingKnown(unknownBecause("what it holds cannot be looked up", error));
    }
    const { account, backends } = listed;
    const backend = backends.get(uid);
    if (backend === undefined) {
      const name = account.session.accountName ?? "of these credentials";
      return nothingKnown(`not in the account ${presentable(name)}; use the credentials of the account that has it`);
    }
    const [nodes, backup] = await Promise.all([
      countNodes(account.data, backend, (send) => this.ask(send)),
      this.newestBackup(account, backend),
    ]);
    return { ...nodes, ...backup, unknown: [...nodes.unknown, ...backup.unknown] };
  }

  private async newestBackup(
    { data }: Account,
    { uid, deploymentType }: Deployment,
  ): Promise<Pick<AtStake, "newestBackup" | "unknown">> {
    try {
      const newest = oldestFirst(await this.ask((call) => data.listBackups({ uid }, call))).at(-1);
      return { newestBackup: newest === undefined ? null : shown(newest), unknown: [] };
    } catch (error) {
      // Only dedicated backends have backups: others refuse to list them.
      const isOfOtherType = deploymentType === "free" || deploymentType === "shared";
      if (isOfOtherType && error instanceof GraphqlError && !isNotNow(error))
        return { newestBackup: null, unknown: [] };
      return { newestBackup: undefined, unknown: [unknownOfBackend("the backups cannot be listed", error)] };
    }
  }

  private mayAsk(uid: string): boolean {
    if (!this.asked.has(uid) && this.asked.size >= this.bounds.backends) return false;
    this.asked.add(uid);
    return true;
  }

  /** The backends of the account, listed once. */
  private listed(): Promise<Listed> {
    this.list ??= this.ask(async (call) => {
      const account = accountOf({}, this.environment);
      const deployments = await account.list.known(call);
      return { account, backends: new Map(Array.from(deployments, (deployment) => [deployment.uid, deployment])) };
    });
    return this.list;
  }

  /** Sends one call. It ends when its time, or the time of all, is over. */
  private async ask<T>(send: (call: Call) => Promise<T>): Promise<T> {
    const now = systemClock.now();
    this.endsAt ??= now + this.bounds.allMs;
    const deadline = Math.min(now + this.bounds.callMs, this.endsAt);
    const isOver = new DeadlineError({
      code: "DGC209",
      why: "the time for the look-ups of a summary is over.",
      next: "Run the command again later.",
    });
    if (now >= deadline) throw isOver;
    const controller = new AbortController();
    const cancel = systemClock.alarm(deadline - now, () => {
      controller.abort(isOver);
    });
    try {
      return await send({ deadline, signal: controller.signal, limit: "the time for a look-up" });
    } finally {
      cancel();
    }
  }
}

/** With the time in ISO 8601, if it can be read. */
function shown({ timestamp, type }: { readonly timestamp: string; readonly type: string }): AtStake["newestBackup"] {
  const time = Date.parse(timestamp);
  const iso = Number.isNaN(time) ? presentable(timestamp) : new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
  return { timestamp: iso, type: presentable(type) };
}
