import { directiveOf } from "./document";
import { nodes, ofType } from "./dql";
import type { SchemaChange } from "./grades";
import type { Field, Model, StoredType } from "./model";
import { likelyNewType } from "./renames";

/** Whether the types that implement an interface go on reading the values of these fields. */
export function isReadElsewhere(type: StoredType, fields: Iterable<Field>, before: Model, after: Model): boolean {
  const sources = [...fields].flatMap(({ stored }) => (stored === undefined ? [] : [stored.source]));
  const children = [...before.types.values()].filter(({ interfaces }) => interfaces.includes(type.name));
  return children.every(({ name }) => {
    const other = after.types.get(name);
    if (other === undefined) return true;
    const read = new Set([...other.fields.values()].map(({ stored }) => stored?.source));
    return sources.every((source) => read.has(source));
  });
}

/** Interfaces whose queries do not find the existing nodes of a type. */
export function newInterfaces(type: StoredType, other: StoredType, before: Model, after: Model): SchemaChange[] {
  const storedIn = (model: Model, names: readonly string[]): StoredType[] =>
    names.map((name) => model.types.get(name)).filter((parent) => parent !== undefined);
  const known = storedIn(before, type.interfaces);
  const likely = known
    .filter(({ name }) => !after.types.has(name))
    .map((parent) => likelyNewType(parent, before, after));
  return storedIn(after, other.interfaces)
    .filter((parent) => !known.some(({ stored }) => stored === parent.stored) && !likely.includes(parent))
    .map((parent) => ({
      path: `${type.name}.implements.${parent.name}`,
      grade: "HIDES_DATA",
      description: `interface added: queries of ${parent.name} do not return the existing nodes of ${type.name}`,
      stake: {
        what: `nodes of ${type.stored} that are not of ${parent.stored}`,
        query: nodes(ofType(type.stored), `NOT ${ofType(parent.stored)}`),
      },
    }));
}

/** Interfaces with rules of `@auth` that a type gets or loses: it inherits them. */
export function inheritedRules(type: StoredType, other: StoredType, before: Model, after: Model): SchemaChange[] {
  const ruling = ({ types }: Model, { interfaces }: StoredType): string[] =>
    interfaces.filter((name) => {
      const parent = types.get(name);
      return parent !== undefined && directiveOf(parent.node, "auth") !== undefined;
    });
  const ofChange = (names: readonly string[], description: string): SchemaChange[] =>
    names.map((name) => ({ path: `${type.name}.implements.${name}`, grade: "SECURITY", description }));
  const lost = ruling(before, type).filter((name) => !other.interfaces.includes(name));
  const added = ruling(after, other).filter((name) => !type.interfaces.includes(name));
  return [
    ...ofChange(lost, "interface removed: the rules of its @auth no longer apply to the type"),
    ...ofChange(added, "interface added: the rules of its @auth apply to the type as well"),
  ];
}
