import { scrub } from "../../errors/redact";
import { clean } from "../../errors/text";
import { DgraphCloudError, RefusedError } from "../../errors/errors";
import { GraphqlError, LostAnswerError, mayHaveActed } from "../../errors/requestErrors";
import type { Drop, DropAnswer } from "../dataPlane";
import { schemaIn } from "../queries";
import { beforeSending, type Call } from "../retry";
import { shaped } from "../validateAnswer";
import { doneSchema } from "./answers";
import type { ClusterClient } from "./client";
import { notReplaced, setAtOnce, type WellKnownPassword } from "./wellKnownPassword";

/** A transaction that deletes more nodes takes disproportionate time and memory. */
const nodesPerTransaction = 10_000;
/** How often a deletion is sent that another transaction gets in the way of. */
const maxConflicts = 10;

/** Erases data of a cluster. Its /alter knows no operation for the nodes of a type. */
export class ClusterDrops {
  constructor(
    private readonly client: ClusterClient,
    /** Undefined without access control. */
    private readonly password: WellKnownPassword | undefined,
  ) {}

  async send(drop: Drop, call: Call): Promise<DropAnswer> {
    if ("types" in drop) return this.deleteNodes(drop.types, call);
    if ("fields" in drop) return this.dropFields(drop.fields, call);
    return this.dropAll("allData" in drop ? { drop_op: "DATA" } : { drop_all: true }, call);
  }

  /** Without its index, a predicate is of no use to the schema. The same text again makes Dgraph build it. */
  private async dropFields(fields: readonly string[], call: Call): Promise<DropAnswer> {
    const steps = new Steps(this.client.host);
    for (const field of fields) {
      await steps.run(() => this.alter({ drop_attr: field }, call));
      steps.recordDone();
    }
    const problem = await problemOf(async () => {
      const schema = await this.client.admin("getGQLSchema", { call }, schemaIn);
      if (schema === "") return;
      const request = { variables: { schema }, call, isMutation: true, isSlow: true };
      await this.client.admin("updateGQLSchema", request, () => undefined);
    });
    if (problem === undefined) return { message: "Done" };
    const warning = `the schema could not be sent again, so that searches for the dropped fields fail until it is: ${problem}`;
    return { message: "Done", warning };
  }

  private async deleteNodes(types: readonly string[], call: Call): Promise<DropAnswer> {
    for (const type of types) refuseInvalidName(type, this.client.host);
    const steps = new Steps(this.client.host);
    for (const type of types) {
      while (await steps.run(() => this.hasNodes(type, call))) {
        await steps.run(() => this.deleteSome(type, call));
        steps.recordDone();
      }
    }
    return { message: "Done" };
  }

  private async hasNodes(type: string, call: Call): Promise<boolean> {
    const counted = this.client.counts([`func: type(<${type}>)`], call);
    const [count] = await beforeSending("mutate was not sent", counted);
    if (count !== undefined) return count > 0;
    throw new RefusedError({
      code: "DGC105",
      why: `the user of the settings may not read the type ${type} at ${this.client.host}; nothing more was dropped.`,
      next: "Set clusterUser to a guardian.",
    });
  }

  private async deleteSome(type: string, call: Call): Promise<void> {
    const body = {
      query: `{ gone as var(func: type(<${type}>), first: ${nodesPerTransaction}) }`,
      delete: [{ uid: "uid(gone)" }],
    };
    for (let conflicts = 0; ;) {
      try {
        await this.once(
          "/mutate?commitNow=true",
          "mutate",
          { body, nothingDone: /transaction has been aborted|line \d+ column/i },
          call,
        );
        return;
      } catch (error) {
        if (!isConflict(error) || ++conflicts >= maxConflicts) throw error;
      }
    }
  }

  /** With access control, a drop of all data leaves one user, groot, with a password that everybody knows. */
  private async dropAll(body: object, call: Call): Promise<DropAnswer> {
    const { password } = this;
    try {
      await this.alter(body, call);
    } catch (error) {
      if (password === undefined || !mayHaveActed(error) || !(error instanceof DgraphCloudError)) throw error;
      const replaced = await password.replace(call);
      // The drop has left the well-known password, so it was carried out.
      if (replaced === "replaced") return { message: "the answer was lost, and the drop was carried out" };
      const when = replaced === "not well-known" ? "is carried out later" : "was carried out";
      throw error.add(`(if it ${when}, ${setAtOnce})`);
    }
    const replaced = await password?.replace(call);
    if (replaced === undefined || replaced === "not well-known") return { message: "Done" };
    if (replaced === "replaced") return { message: "Done; groot has clusterPassword again" };
    return { message: "Done", warning: notReplaced(replaced) };
  }

  private alter(body: object, call: Call): Promise<void> {
    // Dgraph drops first, and then restores the schema and the users: an error of these says nothing of the drop.
    return this.once(
      "/alter",
      "alter",
      { body, nothingDone: /not allowed|PermissionDenied|Only \w+ (is|are) allowed|no mutations|line \d+ column/i },
      call,
    );
  }

  private async once(
    path: string,
    operation: string,
    { body, nothingDone }: { readonly body: object; readonly nothingDone: RegExp },
    call: Call,
  ): Promise<void> {
    const request = { path, operation, body, nothingDone, isMutation: true, policy: "once" as const, call };
    await this.client.send({ ...request, parse: (data, site) => shaped(site, doneSchema, data) });
  }
}

/** The requests of one drop, one after the other. After the first that was carried out, no failure leaves the data as it was. */
class Steps {
  private isPartlyDone = false;

  constructor(private readonly host: string) {}

  recordDone(): void {
    this.isPartlyDone = true;
  }

  async run<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (cause) {
      if (!this.isPartlyDone || mayHaveActed(cause) || !(cause instanceof DgraphCloudError)) throw cause;
      const site = { operation: "dropData", host: this.host, isCluster: true };
      throw new LostAnswerError(site, { why: `a part was dropped, and then: ${cause.why}`, cause });
    }
  }
}

/** A name that Dgraph accepts between "<" and ">". */
const validName = /^[^\p{Cc}\s<>"{}|^`\\]+$/u;

function refuseInvalidName(name: string, host: string): void {
  if (validName.test(name)) return;
  throw new RefusedError({
    code: "DGC421",
    why: `${JSON.stringify(clean(name))} cannot be the name of a type at ${host}; nothing was dropped.`,
    next: "Correct types.",
  });
}

function isConflict(error: unknown): boolean {
  return error instanceof GraphqlError && /transaction has been aborted/i.test(error.why);
}

/** Why something that has to follow a drop failed: that must not look like a failure of the drop. */
async function problemOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    const why = error instanceof DgraphCloudError ? error.why : "something that was not foreseen";
    return clean(scrub(why));
  }
}
