import { isReadable } from "./document";
import type { SchemaChange } from "./grades";
import { mergeChanges } from "./merge";
import { type Predicate, predicatesOf } from "./predicates";
import { refusals } from "./refusals";

/** A predicate as DQL `schema {}` answers it. */
export interface StoredPredicate {
  readonly predicate: string;
  readonly type: string;
  readonly list?: boolean;
  readonly index?: boolean;
  readonly tokenizer?: readonly string[];
  readonly reverse?: boolean;
  readonly count?: boolean;
  readonly upsert?: boolean;
  readonly unique?: boolean;
  readonly lang?: boolean;
}

/**
 * What Dgraph refuses because of what it stores, whatever the old schema was: a field may have been removed long ago. The path is the field
 * of the new text. None for a text that cannot be read.
 */
export function refusedByStorage(stored: readonly StoredPredicate[], after: string): SchemaChange[] {
  if (!isReadable(after)) return [];
  const wanted = predicatesOf(after);
  const now = stored.map(({ predicate, type, list = false }) => [predicate, { type, isList: list }] as const);
  return mergeChanges(refusals(now, wanted));
}

/** How the predicates differ from what a schema asks for, one line each. Predicates that it does not know are no drift. None for a text that cannot be read. */
export function predicateDrift(stored: readonly StoredPredicate[], text: string): string[] {
  if (!isReadable(text)) return [];
  const found = new Map(stored.map((one) => [one.predicate, one]));
  return [...predicatesOf(text)].flatMap(([name, wanted]) => {
    const differences = differencesOf(found.get(name), wanted);
    return differences.length === 0 ? [] : [`${name}: ${differences.join(", ")}`];
  });
}

function differencesOf(found: StoredPredicate | undefined, wanted: Predicate): string[] {
  if (found === undefined) return ["the predicate is missing"];
  const type = found.list === true ? `[${found.type}]` : found.type;
  const wantedType = wanted.isList ? `[${wanted.type}]` : wanted.type;
  const tokenizers = tokenText(found.tokenizer ?? []);
  const wantedTokenizers = tokenText([...wanted.tokenizers]);
  return [
    ...(type === wantedType ? [] : [`the type is ${type} instead of ${wantedType}`]),
    ...(tokenizers === wantedTokenizers ? [] : [`the index is ${tokenizers} instead of ${wantedTokenizers}`]),
    ...((found.upsert ?? false) === wanted.isUpsert
      ? []
      : [wanted.isUpsert ? "@upsert is missing" : "@upsert is there without an @id"]),
  ];
}

function tokenText(tokenizers: readonly string[]): string {
  // Dgraph reports the index of vectors in a form of its own.
  const names = tokenizers.filter((name) => !name.startsWith("hnsw")).sort();
  return names.length === 0 ? "none" : names.join(", ");
}
