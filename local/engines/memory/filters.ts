import { GraphQLError } from "graphql";
import type { StoredNode } from "./nodes";
import type { Field, ObjectType } from "./schema/model";
import { comparable, valuesOf } from "./values";

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
  if (field !== undefined) return fieldHolds(valuesOf(node.values[field.predicate]), value, field);
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

function fieldHolds(values: readonly unknown[], condition: unknown, field: Field): boolean {
  if (typeof condition !== "object" || condition === null) return values.includes(condition);
  const functions = Object.entries(condition as Filter);
  const [name, wanted] = functions[0] ?? ["", undefined];
  if (functions.length !== 1)
    throw new GraphQLError(`the filter of ${field.name} has ${functions.length} functions: use exactly one`);
  if (name === "allofterms" || name === "anyofterms") return termsHold(values, name, String(wanted));
  const own = values.map((value) => comparable(field, value));
  if (name === "between") {
    const { min, max } = wanted as { min: unknown; max: unknown };
    return own.some((value) => value >= comparable(field, min) && value <= comparable(field, max));
  }
  const others = valuesOf(wanted).map((value) => comparable(field, value));
  if (name === "eq" && others.length === 0) return own.length === 0;
  return others.some((other) => own.some((value) => compares(value, name, other)));
}

function compares(value: string | number | boolean, name: string, other: string | number | boolean): boolean {
  if (name === "le") return value <= other;
  if (name === "lt") return value < other;
  if (name === "ge") return value >= other;
  return name === "gt" ? value > other : value === other;
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
      const [mine, theirs] = [one, other].map(({ values }) => valuesOf(values[field.predicate])[0]);
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
    const values = (): unknown[] => nodes.flatMap(({ values: own }) => valuesOf(own[field.predicate]));
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
