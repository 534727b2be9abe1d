import { either } from "./dql";
import { grades, needsConsent, type SchemaChange, type Stake } from "./grades";

/** Leaves one change for each path, the worst, and sorts the worst first, then by path. */
export function mergeChanges(changes: readonly SchemaChange[]): SchemaChange[] {
  const ofPaths = new Map<string, SchemaChange[]>();
  for (const change of changes) ofPaths.set(change.path, [...(ofPaths.get(change.path) ?? []), change]);
  return [...ofPaths.values()].map(mergePath).sort(compareChanges);
}

function mergePath(changes: readonly SchemaChange[]): SchemaChange {
  const sorted = [...changes].sort(compareChanges);
  const [worst] = sorted as [SchemaChange, ...SchemaChange[]];
  const hint = sorted.find((change) => change.hint !== undefined)?.hint;
  const stake = stakeOfAll(worst, sorted);
  const isAlsoSecurity = worst.grade !== "SECURITY" && changes.some(({ grade }) => grade === "SECURITY");
  return {
    ...worst,
    description: [...new Set(sorted.map(({ description }) => description))].join("; "),
    ...(hint === undefined ? {} : { hint }),
    ...(stake === undefined ? {} : { stake }),
    ...(isAlsoSecurity ? { alsoSecurity: true } : {}),
  };
}

/** A change that hides data and makes reads fail needs consent when either of the two counts something. */
function stakeOfAll({ grade, stake }: SchemaChange, changes: readonly SchemaChange[]): Stake | undefined {
  if (stake === undefined || (grade !== "HIDES_DATA" && grade !== "READS_FAIL")) return stake;
  const others = changes.flatMap((change) => (needsConsent(change.grade) ? (change.stake ?? []) : []));
  return others.reduce((one, other) => (one.query === other.query ? one : either(one, other)), stake);
}

function compareChanges(one: SchemaChange, other: SchemaChange): number {
  const byGrade = grades.indexOf(one.grade) - grades.indexOf(other.grade);
  if (byGrade !== 0) return byGrade;
  return one.path < other.path ? -1 : Number(one.path > other.path);
}
