import type { Drop } from "../../cloud/engine";
import type { Snapshot, StoredNode } from "./nodes";

/** The nodes that remain after a drop. It names types and predicates as Dgraph stores them. */
export function dropFrom(nodes: Snapshot, drop: Drop): Map<string, StoredNode> {
  if (!("names" in drop)) return new Map();
  const { what, names } = drop;
  // Links to removed nodes stay, as in Dgraph.
  if (what === "types")
    return new Map([...nodes].filter(([, { types }]) => !types.some((type) => names.includes(type))));
  return new Map([...nodes].map(([uid, node]) => [uid, { ...node, values: without(node.values, names) }]));
}

function without(values: StoredNode["values"], names: readonly string[]): StoredNode["values"] {
  return Object.fromEntries(Object.entries(values).filter(([predicate]) => !names.includes(predicate)));
}
