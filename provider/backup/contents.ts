import type { Contents } from "../api/dataPlane";
import { DgraphCloudError } from "../errors/errors";
import type { Context } from "../resource/context";
import type { Operation } from "../run/operation";
import { has, nodes, ofType, quoted } from "../schema/grading/dql";

/** A count must not use up the time of the backup. */
const countMs = 30_000;

/** The numbers of nodes in the database, by type and by predicate; undefined if they cannot be counted. */
export async function countContents(
  context: Context,
  operation: Operation,
  cluster: string,
): Promise<Contents | undefined> {
  const { account, clock, info } = context;
  const deadline = Math.min(operation.deadline, clock.now() + countMs);
  const call = { ...operation, deadline, limit: "the time for counting" };
  try {
    const stored = await account.data.storedTypes(cluster, call);
    const types = stored.types.map(({ name }) => name).filter(isOwn);
    const predicates = stored.predicates.filter(isOwn);
    const heads = [...types.map((name) => nodes(ofType(name))), ...predicates.map((name) => nodes(has(quoted(name))))];
    const counts = heads.length === 0 ? [] : await account.data.counts(cluster, heads, call);
    return { types: byName(types, counts), predicates: byName(predicates, counts.slice(types.length)) };
  } catch (error) {
    if (!(error instanceof DgraphCloudError)) throw error;
    info(`what the cluster holds could not be counted, so a Restore cannot compare numbers: ${error.why}`);
    return undefined;
  }
}

/** The numbers that are the same in both; undefined if one of them could not be counted. What changed between them may or may not be in the backup. */
export function unchanged(before: Contents | undefined, after: Contents | undefined): Contents | undefined {
  if (before === undefined || after === undefined) return undefined;
  return {
    types: equalIn(before.types, after.types),
    predicates: equalIn(before.predicates, after.predicates),
  };
}

type Counts = Contents["types"];

function equalIn(before: Counts, after: Counts): Counts {
  return Object.fromEntries(Object.entries(after).filter(([name, count]) => before[name] === count));
}

/** A count is left out where the user of the settings may not read the predicate. */
function byName(names: readonly string[], counts: readonly (number | undefined)[]): Counts {
  const found = names.map((name, index) => [name, counts[index]] as const);
  return Object.fromEntries(found.filter((one): one is readonly [string, number] => one[1] !== undefined));
}

/** Whether it is the user's, and not Dgraph's own. */
function isOwn(name: string): boolean {
  return !name.startsWith("dgraph.");
}
