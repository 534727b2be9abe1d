import type { Drop } from "../../cloud/engine";
import type { Snapshot, StoredNode } from "./nodes";
import { type DqlSchema, emptyDqlSchema } from "./schema/predicates";

/** What remains after a drop. */
export interface Remains {
  readonly nodes: Map<string, StoredNode>;
  readonly dql: DqlSchema;
}

/** Drops data, predicates and types, which a drop names as Dgraph stores them. What the GraphQL schema still needs comes back. */
export function dropFrom(nodes: Snapshot, dql: DqlSchema, drop: Drop): Remains {
  switch (drop.what) {
    case "allData":
      return { nodes: new Map(), dql };
    case "allDataAndSchema":
      return { nodes: new Map(), dql: emptyDqlSchema };
    case "fields":
      return withoutPredicates(nodes, dql, drop.names);
    case "types":
      return drop.names.reduce<Remains>(withoutType, { nodes: new Map(nodes), dql });
  }
}

/** Drops the predicates that no other type has, and the nodes of the type. Links to them stay, as in Dgraph. */
function withoutType({ nodes, dql }: Remains, name: string): Remains {
  const others = new Set([...dql.types].flatMap(([type, predicates]) => (type === name ? [] : predicates)));
  const own = (dql.types.get(name) ?? []).filter((predicate) => !others.has(predicate));
  const left = withoutPredicates(nodes, dql, own);
  const types = new Map([...left.dql.types].filter(([type]) => type !== name));
  return {
    nodes: new Map([...left.nodes].filter(([, node]) => !node.types.includes(name))),
    dql: { ...left.dql, types },
  };
}

function withoutPredicates(nodes: Snapshot, dql: DqlSchema, names: readonly string[]): Remains {
  const without = (node: StoredNode): StoredNode => ({
    ...node,
    values: Object.fromEntries(Object.entries(node.values).filter(([predicate]) => !names.includes(predicate))),
  });
  const predicates = [...dql.predicates].filter(([name]) => !names.includes(name));
  return {
    nodes: new Map([...nodes].map(([uid, node]) => [uid, without(node)])),
    dql: { ...dql, predicates: new Map(predicates) },
  };
}
