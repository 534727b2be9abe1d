import { scrub } from "../../errors/redact";
import { clean } from "../../errors/text";
import { DgraphCloudError, RefusedError } from "../../errors/errors";
import { GraphqlError, LostAnswerError, mayHaveActed } from "../../errors/requestErrors";
import { gqlSchemaSchema } from "../dataAnswers";
import type { Clock } from "../../time";
import type { Drop, DropAnswer } from "../dataPlane";
import { beforeSending, type Call } from "../retry";
import { shaped } from "../validateAnswer";
import { doneSchema, updateUserSchema } from "./answers";
import { adminRequest } from "./alpha";
import type { ClusterClient } from "./client";
import { type ClusterSession, type User, wellKnownPassword } from "./session";

/** A transaction that deletes more nodes takes disproportionate time and memory. */
const nodesPerTransaction = 10_000;
/** How often a deletion is sent that another transaction gets in the way of. */
const maxConflicts = 10;

/** How long setting it again may take, even after the deadline: until then everybody may log in. */
const passwordMs = 60_000;

/** Erases data of a cluster. Its /alter knows no operation for the nodes of a type. */
export class ClusterDrops {
  constructor(
    private readonly client: ClusterClient,
    private readonly clock: Clock,
    /** With access control: the log-in, and the user of the settings. */
    private readonly accessControl: { readonly session: ClusterSession; readonly login: User } | undefined,
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
      const schema = await this.client.admin(
        "getGQLSchema",
        { call },
        (data, site) => shaped(site, gqlSchemaSchema, data).getGQLSchema?.schema ?? "",
      );
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
    const [count = 0] = await beforeSending("mutate was not sent", counted);
    return count > 0;
  }

  private async deleteSome(type: string, call: Call): Promise<void> {
    const body = {
      query: `{ gone as var(func: type(<${type}>), first: ${nodesPerTransaction}) }`,
      delete: [{ uid: "uid(gone)" }],
    };
    for (let conflicts = 0; ;) {
      try {
        await this.once("/mutate?commitNow=true", "mutate", body, call);
        return;
      } catch (error) {
        if (!isConflict(error) || ++conflicts >= maxConflicts) throw error;
      }
    }
  }

  /** With access control, a drop of all data leaves one user, groot, with a password that everybody knows. */
  private async dropAll(body: object, call: Call): Promise<DropAnswer> {
    const { accessControl } = this;
    if (accessControl === undefined) {
      await this.alter(body, call);
      return { message: "Done" };
    }
    try {
      await this.alter(body, call);
    } catch (error) {
      if (!(error instanceof LostAnswerError)) throw error;
      // That the well-known password is taken proves that the drop was carried out.
      const problem = await problemOf(() => this.setPassword(accessControl, call));
      if (problem === undefined) return { message: "the answer was lost, and the drop was carried out" };
      throw error.add(`(if it was carried out, the password of groot is the well-known "password" now: ${problem})`);
    }
    const problem = await problemOf(() => this.setPassword(accessControl, call));
    if (problem === undefined) return { message: "Done; groot has clusterPassword again" };
    const warning = `the password of groot is the well-known "password" now, since it could not be set again: set it at once (updateUser). ${problem}`;
    return { message: "Done", warning };
  }

  /** Logs in with the password that the drop has left, and sets that of the settings. */
  private async setPassword({ session, login }: NonNullable<ClusterDrops["accessControl"]>, call: Call): Promise<void> {
    const deadline = Math.max(call.deadline, this.clock.now() + passwordMs);
    const within = { ...call, deadline };
    const { token } = await session.logInAs({ user: login.user, password: wellKnownPassword }, within);
    const variables = { name: login.user, password: login.password };
    const request = { variables, call: within, isMutation: true };
    await this.client.sendAs(
      token,
      adminRequest("updateUser", request, (data, site) => shaped(site, updateUserSchema, data)),
    );
    session.forget();
  }

  private alter(body: object, call: Call): Promise<void> {
    return this.once("/alter", "alter", body, call);
  }

  private async once(path: string, operation: string, body: object, call: Call): Promise<void> {
    const request = { path, operation, body, isMutation: true, policy: "once" as const, call };
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
