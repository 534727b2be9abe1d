import { accountOf } from "../../../provider/run/accounts";
import { connectionOf, readSettings } from "../../../provider/api/settings";
import type { Account } from "../../../provider/run/account";
import { type Ask, countNodes } from "./countNodes";
import { type AtStake, nothingKnown } from "./text";
import { unknownOfCluster } from "../../lookUpFailures";

/** What the settings in the environment connect to; undefined where they do not tell. */
export function connectionIn(environment: NodeJS.ProcessEnv): ReturnType<typeof connectionOf> {
  return connectionOf(readSettings(() => undefined, environment));
}

/** The cluster that the environment names. */
interface Cluster {
  readonly account: Account;
  readonly id: string;
  /** Its host and its id. */
  readonly names: readonly string[];
}

/** Look-ups at the cluster of the environment. Of other clusters nothing is known: there is one address. */
export class Clusters {
  private cluster: Promise<Cluster> | undefined;
  private stake: Promise<AtStake> | undefined;

  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly ask: Ask,
  ) {}

  /** What a cluster holds. `name`: its id or its host. */
  async stakeOf(name: string): Promise<AtStake> {
    if (!this.isNamed) {
      return nothingKnown(
        "what the cluster holds cannot be looked up: set DGRAPHCLOUD_CLUSTER_URL, and what else it needs",
      );
    }
    try {
      const { names } = await this.found();
      if (!names.includes(name))
        return nothingKnown(`not the cluster that DGRAPHCLOUD_CLUSTER_URL names; use the settings of that one`);
    } catch (error) {
      return nothingKnown(unknownOfCluster("what the cluster holds cannot be looked up", error));
    }
    // The same object for each of its names, so that its nodes are counted once.
    this.stake ??= this.counted();
    return this.stake;
  }

  /** The connection to a cluster; undefined if the environment names another one. */
  async accountOf(name: string): Promise<Account | undefined> {
    if (!this.isNamed) return undefined;
    const { account, names } = await this.found();
    return names.includes(name) ? account : undefined;
  }

  private get isNamed(): boolean {
    return connectionIn(this.environment) !== "account";
  }

  private found(): Promise<Cluster> {
    this.cluster ??= this.ask(async (call) => {
      const account = accountOf({}, this.environment);
      const { id } = await account.data.locate(undefined, call);
      return { account, id, names: await account.data.namesOf(id, call) };
    });
    return this.cluster;
  }

  /** No backup is named: a preview does not tell where the backups of a cluster are. */
  private async counted(): Promise<AtStake> {
    const { account, id } = await this.found();
    const target = { uid: id, deploymentMode: undefined };
    return { ...(await countNodes(account.data, target, this.ask, unknownOfCluster)), newestBackup: undefined };
  }
}
