import { equals, has, nodes, quoted } from "./dql";
import type { SchemaChange } from "./grades";
import type { Model } from "./model";

/** Values of enums that are gone, and that nodes may still have. */
export function removedValues(before: Model, after: Model): SchemaChange[] {
  return [...before.enums].flatMap(([name, values]) => {
    const others = after.enums.get(name);
    if (others === undefined) return [];
    const predicates = predicatesOfEnum(name, before).filter((one) => predicatesOfEnum(name, after).includes(one));
    if (predicates.length === 0) return [];
    return values
      .filter((value) => !others.includes(value))
      .map((value): SchemaChange => {
        const filters = predicates.map((predicate) => equals(quoted(predicate), [value]));
        const [only, ...more] = predicates;
        return {
          path: `${name}.${value}`,
          grade: "READS_FAIL",
          description: "enum value removed: it stays where it is stored, and is read as null, with an error",
          stake: {
            what: `nodes with the value ${value}`,
            // With several predicates, all nodes are searched: a function at the root takes one predicate.
            query: nodes(more.length === 0 ? has(quoted(only ?? "")) : "has(dgraph.type)", filters.join(" OR ")),
            onlyWithData: true,
          },
        };
      });
  });
}

function predicatesOfEnum(name: string, { types }: Model): string[] {
  const fields = [...types.values()].flatMap(({ own }) => [...own.values()]);
  return [
    ...new Set(fields.flatMap(({ type, stored }) => (type === name && stored !== undefined ? [stored.predicate] : []))),
  ];
}
