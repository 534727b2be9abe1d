import type { Snapshot, StoredNode } from "../nodes";
import type { Predicate } from "../schema/predicates";
import { comparable, converted, readValues, UnreadableValue } from "../values";
import type { Condition, CountBlock } from "./request";
import { DqlError } from "./tokens";

export type Predicates = ReadonlyMap<string, Predicate>;

/** The answer to one block: the count, or one count for each value. Undefined if there is no value to group by. */
export function countOf(
  { conditions, groupBy, countName }: CountBlock,
  nodes: Snapshot,
  predicates: Predicates,
): object[] | undefined {
  const found = [...nodes.values()].filter((node) =>
    conditions.every((condition) => fulfils(node, condition, predicates)),
  );
  if (groupBy === undefined) return [{ [countName]: found.length }];
  const predicate = predicates.get(groupBy);
  if (predicate?.list === true)
    throw new DqlError(
      `the engine in memory does not support @groupby on the list ${groupBy}: start the local cloud with --engine dgraph`,
    );
  const counts = new Map<unknown, number>();
  for (const node of found)
    for (const value of valuesOf(node, groupBy, predicate)) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size === 0) return undefined;
  return [{ "@groupby": [...counts].map(([value, count]) => ({ [groupBy]: value, [countName]: count })) }];
}

function fulfils(node: StoredNode, condition: Condition, predicates: Predicates): boolean {
  switch (condition.is) {
    case "has":
      return condition.predicate === "dgraph.type" ? node.types.length > 0 : hasValue(node, condition.predicate);
    case "type":
      return node.types.includes(condition.type);
    case "not":
      return !fulfils(node, condition.condition, predicates);
    case "and":
      return condition.conditions.every((one) => fulfils(node, one, predicates));
    case "or":
      return condition.conditions.some((one) => fulfils(node, one, predicates));
    case "eq":
      if (condition.predicate === "dgraph.type")
        return condition.values.some((value) => node.types.includes(String(value)));
      return equalsOne(node, condition, predicates.get(condition.predicate));
    case "regexp":
      return matchesOne(node, condition, predicates.get(condition.predicate));
  }
}

function hasValue({ values }: StoredNode, predicate: string): boolean {
  const value = values[predicate];
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function valuesOf(node: StoredNode, name: string, stored: Predicate | undefined): readonly unknown[] {
  if (stored?.type === "uid") return [node.values[name] ?? []].flat();
  return readValues(node, { predicate: name, stored });
}

type Eq = Extract<Condition, { is: "eq" }>;

function equalsOne(node: StoredNode, { predicate, values }: Eq, stored: Predicate | undefined): boolean {
  if (stored === undefined) return false;
  if (stored.type === "uid")
    throw new DqlError(
      `: Got error: Attribute ${predicate} is not valid scalar type while running: name:"eq" args:${JSON.stringify(String(values[0]))}`,
    );
  if (stored.type === "password" || stored.type === "geo")
    throw new DqlError(
      `the engine in memory does not support eq on ${predicate}, whose type is ${stored.type}: start the local cloud with --engine dgraph`,
    );
  const keyOf = (value: unknown): unknown => comparable({ type: stored.type === "datetime" ? "DateTime" : "" }, value);
  const wanted = values.map((value) => keyOf(argumentOf(value, stored)));
  return readValues(node, { predicate, stored }).some((value) => wanted.includes(keyOf(value)));
}

function argumentOf(value: string | number | boolean, { type }: Predicate): unknown {
  try {
    return converted(value, type);
  } catch (error) {
    if (!(error instanceof UnreadableValue)) throw error;
    throw new DqlError(`: Got error: ${error.message} while running: name:"eq" args:${JSON.stringify(String(value))}`);
  }
}

type Regexp = Extract<Condition, { is: "regexp" }>;

function matchesOne(node: StoredNode, { predicate, pattern }: Regexp, stored: Predicate | undefined): boolean {
  if (stored === undefined) return false;
  if (stored.type !== "string")
    throw new DqlError(": Got non-string type. Regex match is allowed only on string type.");
  return readValues(node, { predicate, stored }).some((value) => pattern.test(String(value)));
}
