import type { StoredNode } from "./nodes";
import { type DqlSchema, type Predicate, predicateTypes } from "./schema/predicates";
import { valuesOf } from "./values";

/** What became of an alteration: the predicates and types afterwards, and why Dgraph refuses it. */
export interface Altered {
  readonly dql: DqlSchema;
  readonly refusal?: string;
}

/** Changes predicates and types as Dgraph does after it has saved a GraphQL schema. Those that the schema does not know stay. */
export function alter(stored: DqlSchema, wanted: DqlSchema, nodes: Iterable<StoredNode>): Altered {
  // The schema may consist of @custom queries only: then Dgraph alters nothing.
  if (wanted.predicates.size === 0) return { dql: stored };
  const hasValues = valueFinder(nodes);
  for (const predicate of wanted.predicates.values()) {
    const before = stored.predicates.get(predicate.predicate);
    const refusal = before === undefined ? undefined : refusalOf(before, predicate, hasValues);
    if (refusal !== undefined) return { dql: stored, refusal };
  }
  const predicates = new Map(stored.predicates);
  for (const predicate of wanted.predicates.values()) {
    const name = predicate.predicate;
    // Dgraph notices this only now: the predicates before it in the text are changed by then, the types are not.
    if (predicates.get(name)?.list === true && predicate.list === undefined) {
      const refusal = `Type can't be changed from list to scalar for attr: [${name}] without dropping it first.`;
      return { dql: { ...stored, predicates }, refusal };
    }
    predicates.set(name, predicate);
  }
  return { dql: { predicates, types: new Map([...stored.types, ...wanted.types]) } };
}

/** Why Dgraph refuses a change of a predicate before it changes any. */
function refusalOf(before: Predicate, after: Predicate, hasValues: (name: string) => boolean): string | undefined {
  const name = after.predicate;
  if (before.type === after.type && before.list === after.list) return undefined;
  if (before.type === "password" || after.type === "password")
    return before.type === after.type
      ? undefined
      : `Schema change not allowed from ${predicateTypes[before.type]} to ${predicateTypes[after.type]}`;
  if ((before.type === "uid") !== (after.type === "uid"))
    return hasValues(name)
      ? `Schema change not allowed from scalar to uid or vice versa while there is data for pred: ${name}`
      : undefined;
  if (before.list === true && after.list === undefined && hasValues(name))
    return `Schema change not allowed from [${before.type}] => ${after.type} without deleting pred: ${name}`;
  return undefined;
}

/** Tells whether any node has a value for a predicate. The nodes are read once, when it is first asked. */
function valueFinder(nodes: Iterable<StoredNode>): (predicate: string) => boolean {
  let known: Set<string> | undefined;
  return (predicate) => {
    known ??= new Set(
      [...nodes].flatMap(({ values }) => Object.keys(values).filter((name) => valuesOf(values[name]).length > 0)),
    );
    return known.has(predicate);
  };
}
