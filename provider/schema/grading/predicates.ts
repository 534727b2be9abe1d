import { parseInOrder } from "./document";
import { modelOf } from "./model";

/** A predicate that a schema asks for. */
export interface Predicate {
  readonly type: string;
  readonly isList: boolean;
  readonly tokenizers: ReadonlySet<string>;
  readonly isUpsert: boolean;
  /** The first field that asks for it, as "Type.field", or "Type.@secret". */
  readonly path: string;
}

/**
 * The predicates that a schema asks for, by name. Of several fields with one predicate, the first in the text decides its type. Dgraph
 * joins their indexes. Throws a GraphQLError for a text that is no schema.
 */
export function predicatesOf(text: string): Map<string, Predicate> {
  const predicates = new Map<string, Predicate>();
  for (const { name, own, secret } of modelOf(parseInOrder(text)).types.values()) {
    for (const { name: field, stored } of own.values()) {
      if (stored === undefined || stored.isReverse) continue;
      const known = predicates.get(stored.predicate);
      const { type, isList } = known ?? stored;
      predicates.set(stored.predicate, {
        type,
        isList,
        isUpsert: known?.isUpsert ?? stored.isUpsert,
        tokenizers: new Set([...(known?.tokenizers ?? []), ...stored.tokenizers]),
        path: known?.path ?? `${name}.${field}`,
      });
    }
    if (secret !== undefined)
      predicates.set(secret.predicate, {
        type: "password",
        isList: false,
        isUpsert: false,
        tokenizers: new Set(),
        path: `${name}.@secret`,
      });
  }
  return predicates;
}
