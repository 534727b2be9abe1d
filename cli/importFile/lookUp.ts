import { connectionOf, readSettings } from "../../provider/api/settings";
import { findClusterId, listBackends, readGraphqlSchema } from "../../provider/functions";
import { presentable } from "../../provider/resource/messages";
import type { BackendDescription } from "../../provider/types";
import { unknownBecause, unknownOfBackend, unknownOfCluster } from "../lookUpFailures";
import { UsageError } from "../usageError";
import type { Importable } from "./text";

/** The account or the cluster cannot be read. */
export class UnreadableError extends Error {}

interface Wanted {
  /** Whether to look for the schemas of the backends. */
  readonly schemas: boolean;
  /** Names or uids of backends to leave out. */
  readonly exclude: readonly string[];
}

interface LookedUp {
  readonly importable: readonly Importable[];
  /** Why the schemas of some backends cannot be read, a sentence for each. */
  readonly unread: readonly string[];
  /** What was looked through. */
  readonly where: "account" | "cluster";
}

/** How many backends are asked for their schemas at the same time. */
const atOnce = 4;

/** Looks up what the account or the cluster of the environment has for an import. Only reads. */
export async function lookUp(wanted: Wanted): Promise<LookedUp> {
  const connection = connectionOf(readSettings(() => undefined, process.env));
  if (connection === "cluster") return inCluster(wanted);
  // Settings that do not fit together are about a cluster.
  return inAccount(wanted, connection === "account" ? unknownBecause : unknownOfCluster);
}

async function inAccount({ schemas, exclude }: Wanted, reasonOf: typeof unknownBecause): Promise<LookedUp> {
  const what = "the backends of the account cannot be listed";
  const backends = await orUnreadable(listBackends({}), (failure) => reasonOf(what, failure));
  refuseUnknown(exclude, backends);
  const included = backends
    .filter(({ uid, name }) => !exclude.includes(uid) && !exclude.includes(name))
    .sort((one, other) => (`${one.name}\n${one.uid}` < `${other.name}\n${other.uid}` ? -1 : 1));
  const unread: string[] = [];
  const withSchema = schemas ? await uidsWithSchema(included, unread) : new Set();
  const importable = included.map(({ uid, name }): Importable => {
    return { id: uid, name, kinds: withSchema.has(uid) ? ["Backend", "GraphqlSchema"] : ["Backend"] };
  });
  return { importable, unread: unread.sort(), where: "account" };
}

function refuseUnknown(exclude: readonly string[], backends: readonly BackendDescription[]): void {
  const unknown = exclude.find((one) => !backends.some(({ uid, name }) => one === uid || one === name));
  if (unknown !== undefined) throw new UsageError(`--exclude: there is no backend "${presentable(unknown)}"`);
}

/** The uids of the backends that have a schema. Adds to `unread` why one cannot be read. */
async function uidsWithSchema(backends: readonly BackendDescription[], unread: string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const left = [...backends];
  const askOneByOne = async (): Promise<void> => {
    for (let backend = left.shift(); backend !== undefined; backend = left.shift()) {
      const { uid, name } = backend;
      const what = `the schema of Backend "${presentable(name)}" (${uid}) is left out, since it cannot be read`;
      try {
        const read = orUnreadable(readGraphqlSchema({}, uid), (failure) => unknownOfBackend(what, failure));
        if (!isEmpty(await read)) found.add(uid);
      } catch (error) {
        if (!(error instanceof UnreadableError)) throw error;
        unread.push(error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, askOneByOne));
  return found;
}

/** A cluster has nothing else that can be imported, so the command need not be told to look for its schema. */
async function inCluster({ exclude }: Wanted): Promise<LookedUp> {
  refuseUnknown(exclude, []);
  const read = async (): Promise<Importable[]> => {
    const id = await findClusterId({});
    return isEmpty(await readGraphqlSchema({}, undefined)) ? [] : [{ id, name: "schema", kinds: ["GraphqlSchema"] }];
  };
  const what = "the schema of the cluster cannot be read";
  const importable = await orUnreadable(read(), (failure) => unknownOfCluster(what, failure));
  return { importable, unread: [], where: "cluster" };
}

function isEmpty({ schema }: { readonly schema: string }): boolean {
  return schema.trim() === "";
}

/** The result of a look-up of the provider, whose message is for a program: the cause of its failure is told in one line instead. */
async function orUnreadable<T>(result: Promise<T>, lineOf: (failure: unknown) => string): Promise<T> {
  try {
    return await result;
  } catch (error) {
    const { cause = error }: { cause?: unknown } = error as Error;
    throw new UnreadableError(lineOf(cause), { cause: error });
  }
}
