import type { Stake } from "./grades";

/** A predicate or type as DQL reads it. Names beyond letters, digits and dots need brackets. */
export function quoted(name: string): string {
  return /^[A-Za-z_][\w.]*$/.test(name) ? name : `<${name.replace(/[<>\s]/g, "")}>`;
}

interface Named {
  readonly source: string;
  readonly predicate: string;
}

/** Whether a field is one language of a predicate, as "film.name@en". */
export function isOfLanguage({ source }: Named): boolean {
  return source.includes("@");
}

export function has(predicate: string): string {
  return `has(${predicate})`;
}

export function ofType(type: string): string {
  return `type(${quoted(type)})`;
}

/** The query of a stake. It stands inside `{ q(…) { count(uid) } }`, which closes the parenthesis of its filter. */
export function nodes(root: string, filter?: string): string {
  return filter === undefined ? `func: ${root}` : `func: ${root}) @filter(${filter}`;
}

/**
 * The nodes of a type with a value of a field of one language. A query that names a language fails as a whole where the predicate has none,
 * and has() finds no values with a language: all languages count.
 */
export function holdingAnyLanguage(type: string, { predicate }: Named): Stake {
  const name = quoted(predicate);
  return {
    what: `nodes of ${type} that have ${name} in any language`,
    query: nodes(ofType(type), `gt(count(${name}), 0)`),
  };
}

/** The nodes of a type without a value of a field. DQL cannot tell which of them lack a language, so all of them count. */
export function lacking(type: string, field: Named): Stake {
  const predicate = quoted(field.predicate);
  const stake = isOfLanguage(field)
    ? { what: `nodes of ${type}: those without ${field.source} would fail`, query: nodes(ofType(type)) }
    : { what: `nodes of ${type} without ${predicate}`, query: nodes(ofType(type), `NOT ${has(predicate)}`) };
  return { ...stake, onlyWithData: true };
}

/** Counts the nodes that one of two stakes counts. */
export function either(one: Stake, other: Stake): Stake {
  const filters = [one, other].map(({ query }) => {
    const [root = "", filter] = query.replace(/^func: /, "").split(") @filter(");
    return filter === undefined ? root : `(${root} AND (${filter}))`;
  });
  return { ...one, what: `${one.what} or ${other.what}`, query: nodes("has(dgraph.type)", filters.join(" OR ")) };
}

export function equals(predicate: string, values: readonly string[]): string {
  return `eq(${predicate}, [${values.map((value) => JSON.stringify(value)).join(", ")}])`;
}

/** All nodes with values of a predicate. */
export function holding(predicate: string): Stake {
  return { what: `nodes that have ${predicate}`, query: nodes(has(quoted(predicate))) };
}
