interface OwnPredicate {
  readonly predicate: string;
  readonly type: string;
}

/** The predicates that every Dgraph 25.4 has for itself. */
export const ownPredicates: readonly OwnPredicate[] = [
  own("dgraph.drop.op", "string"),
  own("dgraph.graphql.p_query", "string", { index: true, tokenizer: ["sha256"] }),
  own("dgraph.graphql.schema", "string"),
  own("dgraph.graphql.xid", "string", { index: true, tokenizer: ["exact"], upsert: true }),
  own("dgraph.namespace.id", "int", { index: true, tokenizer: ["int"], upsert: true, unique: true }),
  own("dgraph.namespace.name", "string", { index: true, tokenizer: ["exact"], upsert: true, unique: true }),
  own("dgraph.type", "string", { index: true, tokenizer: ["exact"], list: true }),
];

/** Its own types, with the predicates of each. */
export const ownTypes: readonly (readonly [string, readonly string[]])[] = [
  ["dgraph.graphql", ["dgraph.graphql.schema", "dgraph.graphql.xid"]],
  ["dgraph.graphql.persisted_query", ["dgraph.graphql.p_query"]],
  ["dgraph.namespace", ["dgraph.namespace.name", "dgraph.namespace.id"]],
];

function own(predicate: string, type: string, more: object = {}): OwnPredicate {
  return { predicate, type, ...more };
}
