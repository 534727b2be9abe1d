import type { Contents } from "../api/dataPlane";
import { countContents, isOwnName } from "../api/queries";
import { DgraphCloudError } from "../errors/errors";
import type { Context } from "../resource/context";
import type { Operation } from "../run/operation";

/** A count must not use up the time of the backup. */
const countMs = 30_000;

/** The numbers of nodes in the database, by type and by predicate; undefined if they cannot be counted. */
export async function contentsNow(
  context: Context,
  operation: Operation,
  cluster: string,
): Promise<Contents | undefined> {
  const { account, clock, info } = context;
  const deadline = Math.min(operation.deadline, clock.now() + countMs);
  const call = { ...operation, deadline, limit: "the time for counting" };
  try {
    const stored = await account.data.storedTypes(cluster, call);
    const types = stored.types.map(({ name }) => name).filter(isOwnName);
    const predicates = stored.predicates.filter(isOwnName);
    return await countContents({ types, predicates }, (heads) => account.data.counts(cluster, heads, call));
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
