import { GraphQLError } from "graphql";
import { needsDgraph } from "./needsDgraph";
import type { StoredNode } from "./nodes";
import type { Field, ObjectType } from "./schema/model";
import { comparable, readValues, UnreadableValue, valuesOf } from "./values";

/** A filter of a request. The generated schema has checked its fields. */
export type Filter = Readonly<Record<string, unknown>>;

export interface Order {
  readonly asc?: string;
  readonly desc?: string;
  readonly then?: Order;
}

export interface Page {
  readonly filter?: Filter | null;
  readonly order?: Order | null;
  readonly first?: number | null;
  readonly offset?: number | null;
}

/** The nodes of a page, in its order. */
export function pageOf(
  nodes: readonly StoredNode[],
  { filter, order, first, offset }: Page,
  type: ObjectType,
): readonly StoredNode[] {
  const found = ordered(filter == null ? nodes : nodes.filter((node) => matches(node, filter, type)), order, type);
  // In Dgraph, a negative number counts from the end, and 0 means no limit.
  if (first != null && first < 0) return found.slice(first);
  const start = Math.max(0, offset ?? 0);
  return found.slice(start, first == null || first === 0 ? undefined : start + first);
}

/** Whether a node fulfils all conditions of a filter, or one of the alternatives in its "or". */
export function matches(node: StoredNode, filter: Filter, type: ObjectType): boolean {
  const { or, ...others } = filter;
  const conditions = Object.entries(others).filter(([, value]) => value !== null && value !== undefined);
  const alternatives = listOf(or);
  if (conditions.length === 0) return alternatives.length === 0 || alternatives.some((one) => matches(node, one, type));
  return (
    conditions.every(([name, value]) => holds(node, name, value, type)) ||
    alternatives.some((one) => matches(node, one, type))
  );
}

function listOf(value: unknown): Filter[] {
  return valuesOf(value) as Filter[];
}

function holds(node: StoredNode, name: string, value: unknown, type: ObjectType): boolean {
  const field = type.fields.get(name);
  if (field?.kind === "uid") return idsIn(value as readonly unknown[]).has(node.uid);
  if (field !== undefined) return fieldHolds(node, value, field);
  if (name === "and") return listOf(value).every((one) => matches(node, one, type));
  if (name === "not") return !matches(node, value as Filter, type);
  return valuesOf(value).every(
    (one) => valuesOf(node.values[type.fields.get(String(one))?.predicate ?? ""]).length > 0,
  );
}

/** The ids of filters, parsed once for all nodes: a filter may have very many. */
const parsedIds = new WeakMap<readonly unknown[], ReadonlySet<string | undefined>>();

function idsIn(ids: readonly unknown[]): ReadonlySet<string | undefined> {
  const known = parsedIds.get(ids) ?? new Set(ids.map(uidOf));
  parsedIds.set(ids, known);
  return known;
}

/** A uid in the form that is stored; undefined for a text that is not a uid. */
export function uidOf(text: unknown): string | undefined {
  const isUid = typeof text === "string" && /^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text);
  return isUid ? `0x${BigInt(text).toString(16)}` : undefined;
}

/** Searches with Dgraph's own tokenizers and syntax, and those of places. */
const unsupportedFunctions = ["alloftext", "anyoftext", "regexp", "ngram", "near", "within", "contains", "intersects"];

function fieldHolds(node: StoredNode, condition: unknown, field: Field): boolean {
  if (typeof condition !== "object" || condition === null) return readValues(node, field).includes(condition);
  const functions = Object.entries(condition as Filter);
  const [name, wanted] = functions[0] ?? ["", undefined];
  if (functions.length !== 1)
    throw new GraphQLError(`the filter of ${field.name} has ${functions.length} functions: use exactly one`);
  const isUnsupported = unsupportedFunctions.includes(name) || (name === "between" && field.kind === "enum");
  if (isUnsupported) throw needsDgraph(`the search "${name}" (${field.name})`);
  if (name === "eq" || name === "in") return isAmong(node, field, valuesOf(wanted), name);
  const values = readValues(node, field);
  if (name === "allofterms" || name === "anyofterms") return termsHold(values, name, String(wanted));
  const own = values.map((value) => comparable(field, value));
  if (name === "between") {
    const { min, max } = wanted as { min: unknown; max: unknown };
    return own.some((value) => value >= comparable(field, min) && value <= comparable(field, max));
  }
  return valuesOf(wanted).some((other) => own.some((value) => compares(value, name, comparable(field, other))));
}

/** Whether a node has this value in an `@id`. */
export function hasId(node: StoredNode, field: Field, value: unknown): boolean {
  return isAmong(node, field, [value], "in");
}

/** Whether a node has one of these values. Dgraph asks the index, which lacks the values that it cannot read. */
function isAmong(node: StoredNode, field: Field, wanted: readonly unknown[], name: "eq" | "in"): boolean {
  const others = wanted.map((value) => comparable(field, value));
  const raw = valuesOf(node.values[field.predicate]);
  if (name === "eq" && others.length === 0) return raw.length === 0;
  return raw.some((value) => {
    const own = readable({ ...node, values: { [field.predicate]: value } }, field);
    return own !== undefined && others.includes(comparable(field, own));
  });
}

function readable(node: StoredNode, field: Field): unknown {
  try {
    return readValues(node, field)[0];
  } catch (error) {
    if (error instanceof UnreadableValue) return undefined;
    throw error;
  }
}

function compares(value: string | number | boolean, name: string, other: string | number | boolean): boolean {
  if (name === "le") return value <= other;
  if (name === "lt") return value < other;
  return name === "ge" ? value >= other : value > other;
}

function termsHold(values: readonly unknown[], name: "allofterms" | "anyofterms", text: string): boolean {
  const wanted = termsOf(text);
  return values.some((value) => {
    const own = termsOf(String(value));
    return name === "allofterms"
      ? wanted.every((term) => own.includes(term))
      : wanted.some((term) => own.includes(term));
  });
}

function termsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}_']+/gu) ?? []
  );
}

/** Sorts nodes. Those without a value come last, in either direction. */
function ordered(
  nodes: readonly StoredNode[],
  order: Order | null | undefined,
  type: ObjectType,
): readonly StoredNode[] {
  const keys = keysOf(order, type);
  if (keys.length === 0) return nodes;
  return [...nodes].sort((one, other) => {
    for (const { field, sign } of keys) {
      const [mine, theirs] = [one, other].map((node) => readValues(node, field)[0]);
      if (mine === undefined || theirs === undefined) {
        if (mine !== theirs) return mine === undefined ? 1 : -1;
        continue;
      }
      const [left, right] = [comparable(field, mine), comparable(field, theirs)];
      if (left !== right) return left < right ? -sign : sign;
    }
    return 0;
  });
}

function keysOf(order: Order | null | undefined, type: ObjectType): { readonly field: Field; readonly sign: 1 | -1 }[] {
  if (order == null) return [];
  const field = type.fields.get(order.asc ?? order.desc ?? "");
  const more = keysOf(order.then, type);
  return field === undefined ? more : [{ field, sign: order.asc === undefined ? -1 : 1 }, ...more];
}

/** The aggregates over nodes. A field without any value has none. */
export function aggregateOf(nodes: readonly StoredNode[], type: ObjectType): Record<string, unknown> {
  const result: Record<string, () => unknown> = {};
  for (const field of type.fields.values()) {
    const values = (): unknown[] => nodes.flatMap((node) => readValues(node, field));
    const extreme = (sign: 1 | -1) => (): unknown =>
      values().reduce<unknown>((best, value) => {
        if (best === undefined) return value;
        const [left, right] = [comparable(field, value), comparable(field, best)];
        return (sign > 0 ? left < right : left > right) ? value : best;
      }, undefined);
    const sum = (): number | undefined => {
      const all = values() as number[];
      return all.length === 0 ? undefined : all.reduce((total, value) => total + value, 0);
    };
    result[`${field.name}Min`] = extreme(1);
    result[`${field.name}Max`] = extreme(-1);
    result[`${field.name}Sum`] = sum;
    result[`${field.name}Avg`] = () => {
      const total = sum();
      return total === undefined ? undefined : total / values().length;
    };
  }
  return { ...result, count: nodes.length };
}
