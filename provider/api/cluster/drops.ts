import { scrub } from "../../errors/redact";
import { clean } from "../../errors/text";
import { GraphqlError } from "../../errors/requestErrors";
import { countsSchema, gqlSchemaSchema } from "../dataAnswers";
import type { Drop, DropAnswer } from "../dataPlane";
import { beforeSending, type Call } from "../retry";
import { shaped } from "../validateAnswer";
import type { ClusterAccess } from "./access";
import { doneSchema } from "./answers";
import type { ClusterClient } from "./client";
import { clusterDocuments } from "./documents";
import type { ClusterSession } from "./session";

/** A transaction that deletes more nodes takes disproportionate time and memory. */
const nodesPerTransaction = 10_000;
/** How often a deletion is sent that another transaction gets in the way of. */
const maxConflicts = 10;

/** The password of groot after a drop of all data. */
const wellKnownPassword = "password";

/** Erases data of a cluster. Its /alter knows no operation for the nodes of a type. */
export class ClusterDrops {
  constructor(
    private readonly client: ClusterClient,
    private readonly login: ClusterAccess["login"],
    private readonly session: ClusterSession | undefined,
  ) {}

  async send(drop: Drop, call: Call): Promise<DropAnswer> {
    if ("types" in drop) return this.deleteNodes(drop.types, call);
    if ("fields" in drop) return this.dropFields(drop.fields, call);
    await this.alter("allData" in drop ? { drop_op: "DATA" } : { drop_all: true }, call);
    return this.afterDropOfAll(call);
  }

  /** Without its index, a predicate is of no use to the schema. The same text again makes Dgraph build it. */
  private async dropFields(fields: readonly string[], call: Call): Promise<DropAnswer> {
    for (const field of fields) await this.alter({ drop_attr: field }, call);
    const warning = await unlessDone(
      "the schema could not be sent again, so that searches for the dropped fields fail until it is",
      async () => {
        const schema = await this.liveSchema(call);
        if (schema === "") return;
        const body = { query: clusterDocuments.updateGQLSchema, variables: { schema } };
        const request = { path: "/admin", operation: "updateGQLSchema", body, isMutation: true, isSlow: true };
        await this.client.send({ ...request, call, parse: () => undefined });
      },
    );
    return { message: "Done", ...(warning !== undefined && { warning }) };
  }

  private async deleteNodes(types: readonly string[], call: Call): Promise<DropAnswer> {
    for (const type of types) {
      for (let conflicts = 0; (await this.countOf(type, call)) > 0;) {
        try {
          await this.deleteSome(type, call);
        } catch (error) {
          if (!isConflict(error) || ++conflicts >= maxConflicts) throw error;
        }
      }
    }
    return { message: "Done" };
  }

  private async deleteSome(type: string, call: Call): Promise<void> {
    const body = {
      query: `{ gone as var(func: type(<${type}>), first: ${nodesPerTransaction}) }`,
      delete: [{ uid: "uid(gone)" }],
    };
    await this.client.send({
      path: "/mutate?commitNow=true",
      operation: "mutate",
      body,
      isMutation: true,
      policy: "once",
      call,
      parse: (data, site) => shaped(site, doneSchema, data),
    });
  }

  private countOf(type: string, call: Call): Promise<number> {
    const body = { query: `{ left(func: type(<${type}>)) { count(uid) } }` };
    const counted = this.client.send({
      path: "/query",
      operation: "query",
      body,
      call,
      parse: (data, site) => shaped(site, countsSchema, data)["left"]?.[0]?.count ?? 0,
    });
    return beforeSending("the deletion was not sent", counted);
  }

  /** With access control, a drop of all data leaves one user, whose password everybody knows. */
  private async afterDropOfAll(call: Call): Promise<DropAnswer> {
    const { session, login } = this;
    if (session === undefined || login === undefined) return { message: "Done" };
    const warning = await unlessDone(
      'the password of groot is the well-known "password" now, since it could not be set again: set it at once (resetPassword)',
      async () => {
        const { token } = await session.logInAs({ user: login.user, password: wellKnownPassword }, call);
        await this.client.sendAs(token, {
          path: "/admin",
          operation: "resetPassword",
          body: { query: clusterDocuments.resetPassword, variables: login },
          isMutation: true,
          call,
          parse: () => undefined,
        });
      },
    );
    session.forget();
    return {
      message: warning === undefined ? "Done; groot has clusterPassword again" : "Done",
      ...(warning !== undefined && { warning }),
    };
  }

  private liveSchema(call: Call): Promise<string> {
    const body = { query: clusterDocuments.getGQLSchema };
    return this.client.send({
      path: "/admin",
      operation: "getGQLSchema",
      body,
      call,
      parse: (data, site) => shaped(site, gqlSchemaSchema, data).getGQLSchema?.schema ?? "",
    });
  }

  private async alter(body: object, call: Call): Promise<void> {
    await this.client.send({
      path: "/alter",
      operation: "alter",
      body,
      isMutation: true,
      policy: "once",
      call,
      parse: (data, site) => shaped(site, doneSchema, data),
    });
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof GraphqlError && /transaction has been aborted/i.test(error.why);
}

/** What has to follow a drop that was carried out: its failure must not look like a failure of the drop. */
async function unlessDone(consequence: string, work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : "";
    return `${consequence}: ${clean(scrub(why))}`;
  }
}
