import { ConflictError, DgraphCloudError, SettingsError } from "../../errors/errors";
import { GraphqlError } from "../../errors/requestErrors";
import { listOf } from "../../errors/text";
import type { Clock } from "../../time";
import { type RestoreStatusAnswer, type StoredTypes, typesOf } from "../dataAnswers";
import type { Contents, RestoreChoice, SentRestore } from "../dataPlane";
import { countContents, isOwnName, storedIn } from "../queries";
import type { Call } from "../retry";
import { shaped } from "../validateAnswer";
import { nodesSchema, restoreSchema } from "./answers";
import { locationOf } from "./backups";
import type { ClusterClient } from "./client";
import { type Evidence, verdictOf } from "./verdict";
import { notReplaced, type Replaced, type WellKnownPassword } from "./wellKnownPassword";

/** How long Alpha may take after its answer until it says that it restores. It was seen within 0.1 s; a busy one is silent for longer. */
const beginsWithinMs = 10_000;
/** A look at the data before a restore must not use up the time of the restore. */
const lookMs = 30_000;

/** Sends restores to a cluster, which gives them no number, and finds out how they ended. */
export class ClusterRestores {
  /** Restores that were seen in progress, by the id of their RestoreRequest. */
  private readonly seen = new Set<string>();
  /** Since when Alpha has restored nothing, for restores that were not seen in progress yet. */
  private readonly quietSince = new Map<string, number>();

  /** Whether the data were surely not those of the backup when the latest restore was sent. */
  private differedBefore = false;

  /** Whether groot had the well-known password after a restore whose end is not reported yet. */
  private hadWellKnownPassword = false;

  constructor(
    private readonly client: ClusterClient,
    private readonly clock: Clock,
    /** Undefined without access control. */
    private readonly password: WellKnownPassword | undefined,
  ) {}

  async send({ source, backup, encryptionKeyFile, contents }: RestoreChoice, call: Call): Promise<void> {
    this.differedBefore = await this.differs({ contents, predicates: backup.predicates }, call);
    // Without both, Dgraph skips backups whose file is missing, and restores an older state.
    const which = { backupId: backup.series, backupNum: backup.backupNum };
    const input = { ...locationOf(source), ...which, ...(encryptionKeyFile !== undefined && { encryptionKeyFile }) };
    const request = { variables: { input }, policy: "once" as const, call, isMutation: true };
    await this.client.admin("restore", request, (data, site) => {
      const { code, message } = shaped(site, restoreSchema, data).restore;
      if (code !== "Success") throw new GraphqlError(site, [`${code}: ${message ?? "no message"}`], data);
    });
  }

  /** An Alpha that is away during a restore stays empty for good, and the cluster does not notice. */
  async refuseWithoutAll(call: Call): Promise<void> {
    const nodes = await this.client.admin("health", { call }, (data, site) => shaped(site, nodesSchema, data).health);
    const away = nodes.filter(({ instance, status }) => instance === "alpha" && status !== "healthy");
    if (away.length === 0) return;
    throw new ConflictError({
      code: "DGC812",
      why: `${listOf(
        away.map(({ address }) => address),
        "and",
      )} of the cluster at ${this.client.host} ${away.length === 1 ? "is" : "are"} not healthy, and an Alpha that is away during a restore stays empty for good. Nothing was sent.`,
      next: [
        "Start every Alpha, then run pulumi up again.",
        "If a node is gone for good, remove it from the cluster (GET /removeNode at Zero), then run pulumi up again.",
      ],
    });
  }

  /** Waits until Alpha restores nothing any more, and then looks at the data: Dgraph tells neither an OK nor an ERR. */
  async status(restore: SentRestore, call: Call): Promise<RestoreStatusAnswer> {
    const { request } = restore;
    try {
      if ((await this.client.ongoing(call)).includes("opRestore")) {
        this.seen.add(request);
        return { status: "IN_PROGRESS", errors: [] };
      }
      // An Alpha that starts again in the middle of a restore reports no restore for a moment, and refuses queries.
      const verdict = verdictOf(await this.evidence(restore, call));
      if (verdict.confirmed !== true && !this.mayHaveEnded(request)) return { status: "IN_PROGRESS", errors: [] };
      return { ...verdict, errors: [...verdict.errors, ...(await this.secured(call))] };
    } catch (error) {
      this.quietSince.delete(request);
      throw error;
    }
  }

  private async evidence(
    { request, contents, predicates }: Pick<SentRestore, "contents" | "predicates"> & { readonly request?: string },
    call: Call,
  ): Promise<Evidence> {
    const stored = (await this.storedNow(call)).predicates.filter(isOwnName);
    const found = contents === undefined ? undefined : await this.countNow(contents, call);
    const wasSeen = request !== undefined && this.seen.has(request);
    const { differedBefore } = this;
    return { expected: contents, found, backedUp: predicates, stored, wasSeen, differedBefore };
  }

  /** Whether the data are surely not those of a backup. */
  private async differs(backup: Pick<SentRestore, "contents" | "predicates">, call: Call): Promise<boolean> {
    const within = {
      ...call,
      deadline: Math.min(call.deadline, this.clock.now() + lookMs),
      limit: "the time for a look",
    };
    try {
      const { status, confirmed } = verdictOf({ ...(await this.evidence(backup, within)), wasSeen: true });
      return status === "ERR" || confirmed !== true;
    } catch (error) {
      if (!(error instanceof DgraphCloudError)) throw error;
      return false;
    }
  }

  /** With access control, Dgraph makes a groot that a restore has not brought, and gives it a password that everybody knows. */
  private async secured(call: Call): Promise<string[]> {
    const replaced = await this.replacePassword(call);
    if (typeof replaced === "object") return [notReplaced(replaced)];
    if (!this.hadWellKnownPassword) return [];
    this.hadWellKnownPassword = false;
    return [
      "groot had the well-known password, and has clusterPassword again. Look at the other users: they may be gone.",
    ];
  }

  private async replacePassword(call: Call): Promise<Replaced | undefined> {
    const replaced = await this.password?.replace(call);
    if (replaced === "replaced") this.hadWellKnownPassword = true;
    return replaced;
  }

  /** Whether a restore has ended, now that none is in progress: it was seen before, or has had the time to begin. */
  private mayHaveEnded(request: string): boolean {
    if (this.seen.has(request)) return true;
    const now = this.clock.now();
    const since = this.quietSince.get(request) ?? now;
    this.quietSince.set(request, since);
    return now - since >= beginsWithinMs;
  }

  /** A later run logs in anew, and a restore that failed has removed its user. */
  private async storedNow(call: Call): Promise<StoredTypes> {
    const ask = (): Promise<StoredTypes> =>
      this.client.query("schema {}", call, (data, site) => typesOf(storedIn(data, site)));
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SettingsError) || (await this.replacePassword(call)) !== "replaced") throw error;
      return ask();
    }
  }

  private countNow({ types, predicates }: Contents, call: Call): Promise<Contents> {
    const names = { types: Object.keys(types), predicates: Object.keys(predicates) };
    return countContents(names, (heads) => this.client.counts(heads, call));
  }
}
