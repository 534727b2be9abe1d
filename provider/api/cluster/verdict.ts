import type { Contents } from "../dataPlane";
import type { RestoreStatusAnswer } from "../dataAnswers";

/** What is in the database once nothing is restored any more, beside what the backup held. */
export interface Evidence {
  /** What a Backup has counted. */
  readonly expected: Contents | undefined;
  /** The same, counted now. A count is undefined where it could not be read. */
  readonly found: Counts | undefined;
  /** The predicates that the backup names. */
  readonly backedUp: readonly string[] | undefined;
  /** The predicates that the database has. */
  readonly stored: readonly string[];
  /** Whether this process saw the restore in progress. */
  readonly wasSeen: boolean;
}

type Counts = { readonly [Part in keyof Contents]: Readonly<Record<string, number | undefined>> };

const reasons =
  "a damaged file, or a wrong or missing encryption key, are the usual reasons; the log of Alpha has the one that applies";
/** How many names a message lists. */
const maxNames = 5;

/**
 * How a restore ended. Dgraph reports none: after a damaged file or with a wrong key it is healthy and empty. So what is in the database is
 * compared with what the backup held.
 */
export function verdictOf({ expected, found, backedUp, stored, wasSeen }: Evidence): RestoreStatusAnswer {
  if (expected !== undefined && found !== undefined) {
    const compared = compareCounts(expected, found);
    if (compared.gone.length > 0) return failed(`it lacks ${listed(compared.gone)}, which the backup has`);
    if (compared.unequal.length === 0 && compared.equal > 0) return { status: "OK", errors: [], confirmed: true };
    return doubtful(
      compared.unequal.length === 0
        ? "the backup held nothing that could be counted"
        : `it has other numbers than the backup: ${listed(compared.unequal)}; somebody may have written since`,
    );
  }
  const names = backedUp ?? [];
  const present = names.filter((name) => stored.includes(name));
  if (names.length > 0 && present.length === 0) return failed("it has none of the predicates of the backup");
  if (names.length > 0 && present.length === names.length && wasSeen)
    return { status: "OK", errors: [], confirmed: true };
  if (names.length === 0) return doubtful("the backup names no predicate to look for");
  return doubtful(
    present.length === names.length
      ? "the predicates of the backup are there, and they may have been there before"
      : `predicates of the backup are missing: ${listed(names.filter((name) => !stored.includes(name)))}; they may have been dropped before it was taken`,
  );
}

function failed(what: string): RestoreStatusAnswer {
  return {
    status: "ERR",
    errors: [`the restore has ended, and the database was not restored: ${what}. ${upper(reasons)}`],
  };
}

function doubtful(doubt: string): RestoreStatusAnswer {
  return { status: "OK", errors: [], confirmed: false, doubt };
}

function compareCounts(expected: Contents, found: Counts): { gone: string[]; unequal: string[]; equal: number } {
  const parts = (["types", "predicates"] as const).flatMap((part) =>
    Object.entries(expected[part]).map(([name, count]) => ({
      name: part === "types" ? `the type ${name}` : name,
      count,
      now: found[part][name],
    })),
  );
  const known = parts.filter(({ now }) => now !== undefined);
  return {
    gone: known.filter(({ count, now }) => count > 0 && now === 0).map(({ name, count }) => `${name} (${count})`),
    unequal: known
      .filter(({ count, now }) => now !== count)
      .map(({ name, count, now }) => `${name} (${count} in the backup, ${now ?? 0} now)`),
    equal: known.filter(({ count, now }) => now === count).length,
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).join(", ");
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown;
}

function upper(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
