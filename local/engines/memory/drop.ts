import type { Drop } from "../engine";
import type { StoredNode, View } from "./stored";

/** What a drop leaves. Its names are those that Dgraph stores: of types, and of predicates. */
export function dropFrom(nodes: View, drop: Drop): Map<string, StoredNode> {
  if (!("names" in drop)) return new Map();
  const { what, names } = drop;
  // What points to a node that has gone goes on pointing, as in Dgraph.
  if (what === "types")
    return new Map([...nodes].filter(([, { types }]) => !types.some((type) => names.includes(type))));
  return new Map([...nodes].map(([uid, node]) => [uid, { ...node, values: without(node.values, names) }]));
}

function without(values: StoredNode["values"], names: readonly string[]): StoredNode["values"] {
  return Object.fromEntries(Object.entries(values).filter(([predicate]) => !names.includes(predicate)));
}
