import { directiveOf, textArgument } from "./document";
import { holding } from "./dql";
import type { SchemaChange } from "./grades";
import { type Field, isStored, type Model, type StoredField } from "./model";

/** Two fields that `@hasInverse` joins, named as "Author.books". */
interface Inverse {
  readonly declared: Field;
  readonly other: Field;
}

/** Fields that become each other's inverse while one of them has edges: Dgraph does not add the inverses of these. */
export function newInverses(before: Model, after: Model): SchemaChange[] {
  const known = new Set(inversesOf(before).flatMap((one) => [keyOf(one), keyOf(reversed(one))]));
  const stored = new Set(storedFields(before).map((field) => field.stored.predicate));
  return inversesOf(after)
    .filter((one) => !known.has(keyOf(one)))
    .flatMap(({ declared, other }): SchemaChange[] => {
      const predicate = [declared, other]
        .map((field) => field.stored?.predicate)
        .find((one) => one !== undefined && stored.has(one));
      if (predicate === undefined) return [];
      return [
        {
          path: `${declared.owner}.${declared.name}.@hasInverse`,
          grade: "READS_FAIL",
          description: "@hasInverse added: existing edges have no inverse, and queries of the inverse miss them",
          hint: "write the inverse edges of existing nodes, or send these edges again",
          stake: { ...holding(predicate), onlyWithData: true },
        },
      ];
    });
}

/** Fields that read existing edges backwards, for which Dgraph builds an index. */
export function newReverses(before: Model, after: Model): SchemaChange[] {
  const known = new Set(storedFields(before).map(({ stored }) => stored.source));
  return storedFields(after)
    .filter(({ owner, stored }) => {
      return stored.isReverse && before.types.has(owner) && !known.has(stored.source) && known.has(stored.predicate);
    })
    .map(({ owner, name, stored }) => ({
      path: `${owner}.${name}`,
      grade: "REINDEX",
      description: `field added that reads ${stored.predicate} backwards: Dgraph builds an index of the existing edges`,
      stake: holding(stored.predicate),
    }));
}

function storedFields({ types }: Model): StoredField[] {
  return [...types.values()].flatMap(({ own }) => [...own.values()]).filter(isStored);
}

function inversesOf(model: Model): Inverse[] {
  const fields = [...model.types.values()].flatMap(({ own }) => [...own.values()]);
  return fields.flatMap((declared) => {
    const name = textArgument(directiveOf(declared.node, "hasInverse"), "field");
    const other = model.types.get(declared.type)?.fields.get(name ?? "");
    return other === undefined ? [] : [{ declared, other }];
  });
}

function reversed({ declared, other }: Inverse): Inverse {
  return { declared: other, other: declared };
}

function keyOf({ declared, other }: Inverse): string {
  return `${declared.owner}.${declared.name} ${other.owner}.${other.name}`;
}
