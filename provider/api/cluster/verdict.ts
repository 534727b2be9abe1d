import type { Contents } from "../dataPlane";
import type { RestoreStatusAnswer } from "../dataAnswers";

/** What is in the database once nothing is restored any more, beside what the backup held. */
export interface Evidence {
  /** What a Backup has counted. */
  readonly expected: Contents | undefined;
  /** The same, counted now. A count is left out where it could not be read. */
  readonly found: Contents | undefined;
  /** The predicates that the backup names. */
  readonly backedUp: readonly string[] | undefined;
  /** The predicates that the database has. */
  readonly stored: readonly string[];
  /** Whether this process saw the restore in progress. */
  readonly wasSeen: boolean;
  /** Whether the data were surely not those of the backup before the restore was sent. */
  readonly differedBefore: boolean;
}

const reasons =
  "The usual reasons are a damaged file, and a wrong or missing encryption key; only the log of Alpha has the one that applies";
/** How many names a message lists. */
const maxNames = 5;

/**
 * How a restore ended. Dgraph reports none: after a damaged file or with a wrong key it is healthy and empty. So what is in the database is
 * compared with what the backup held.
 */
export function verdictOf(evidence: Evidence): RestoreStatusAnswer {
  const { expected, found, backedUp, stored, wasSeen, differedBefore } = evidence;
  const asBackedUp = (what: string): RestoreStatusAnswer =>
    wasSeen || differedBefore
      ? { status: "OK", errors: [], confirmed: true }
      : doubtful(`${what}, as the database may have had before, and nobody saw the restore in progress`);
  const compared = expected === undefined || found === undefined ? [] : compareCounts(expected, found);
  // Numbers of 0 prove nothing: an empty database has them too.
  if (compared.some(({ count }) => count > 0)) {
    const gone = compared.filter(({ count, now }) => count > 0 && now === 0);
    const unequal = compared.filter(({ count, now }) => count !== now);
    if (gone.length > 0)
      return failed(
        wasSeen,
        `it lacks ${listed(gone.map(({ name, count }) => `${name} (${count})`))}, which the backup has`,
      );
    if (unequal.length === 0) return asBackedUp("it has the numbers of the backup");
    const numbers = unequal.map(({ name, count, now }) => `${name} (${count} in the backup, ${now} now)`);
    return doubtful(`it has other numbers than the backup: ${listed(numbers)}; somebody may have written since`);
  }
  const names = backedUp ?? [];
  const present = names.filter((name) => stored.includes(name));
  if (names.length > 0 && present.length === 0) return failed(wasSeen, "it has none of the predicates of the backup");
  if (names.length === 0) return doubtful("the backup names no predicate to look for");
  if (present.length === names.length) return asBackedUp("it has the predicates of the backup");
  const missing = names.filter((name) => !stored.includes(name));
  return doubtful(
    `predicates of the backup are missing: ${listed(missing)}; they may have been dropped before it was taken`,
  );
}

function failed(wasSeen: boolean, what: string): RestoreStatusAnswer {
  const begun = wasSeen ? "the restore has ended, and" : "no restore is in progress any more, and";
  const never = wasSeen ? "" : "; or it never began, since an Alpha had just lost its leader";
  // Where it was not seen, somebody may have erased the data since.
  return {
    status: "ERR",
    confirmed: wasSeen,
    errors: [`${begun} the database was not restored: ${what}. ${reasons}${never}`],
  };
}

function doubtful(doubt: string): RestoreStatusAnswer {
  return { status: "OK", errors: [], confirmed: false, doubt };
}

/** The numbers of the backup beside those of now. What could not be counted is left out. */
function compareCounts(
  expected: Contents,
  found: Contents,
): { readonly name: string; readonly count: number; readonly now: number }[] {
  const compared = (["types", "predicates"] as const).flatMap((part) =>
    Object.entries(expected[part]).map(([name, count]) => ({
      name: part === "types" ? `the type ${name}` : name,
      count,
      now: found[part][name],
    })),
  );
  return compared.filter((one): one is typeof one & { readonly now: number } => one.now !== undefined);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).join(", ");
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown;
}
