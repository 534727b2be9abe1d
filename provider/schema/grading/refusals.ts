import { holding } from "./dql";
import type { SchemaChange, Stake } from "./grades";
import type { Predicate } from "./predicates";

/** The type of a predicate. */
export interface Shape {
  readonly type: string;
  readonly isList: boolean;
}

/** What Dgraph refuses to store in another way than now. The path is the field of the new schema. */
export function refusals(
  now: Iterable<readonly [predicate: string, shape: Shape]>,
  wanted: ReadonlyMap<string, Predicate>,
): SchemaChange[] {
  return [...now].flatMap(([predicate, shape]): SchemaChange[] => {
    const other = wanted.get(predicate);
    const refusal = other === undefined ? undefined : refusalOf(shape, other);
    if (other === undefined || refusal === undefined) return [];
    const { reason, onlyWithData } = refusal;
    const stake: Stake = { ...holding(predicate), ...(onlyWithData ? { onlyWithData } : {}) };
    return [
      {
        path: other.path,
        grade: "REFUSED",
        description: `stored type changed from ${typeText(shape)} to ${typeText(other)}: Dgraph refuses ${reason}`,
        predicate,
        hint: `give the field a predicate of its own with @dgraph(pred:), or drop the values of ${predicate} first`,
        stake,
      },
    ];
  });
}

interface Refusal {
  readonly reason: string;
  /** Whether Dgraph accepts it as long as the predicate has never had values. */
  readonly onlyWithData: boolean;
}

/** Why Dgraph refuses to store a predicate in another way; undefined when it does not. */
export function refusalOf(one: Shape, other: Shape): Refusal | undefined {
  if (one.type !== other.type && (one.type === "password" || other.type === "password"))
    return { reason: "to turn passwords into other values, or other values into passwords", onlyWithData: false };
  if (one.isList && !other.isList)
    return { reason: "to turn a list into a single value, even if it is empty", onlyWithData: false };
  if ((one.type === "uid") !== (other.type === "uid"))
    return { reason: "this if the predicate has ever had values", onlyWithData: true };
  return undefined;
}

function typeText({ type, isList }: Shape): string {
  return isList ? `[${type}]` : type;
}
