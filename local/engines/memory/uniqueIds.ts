import { GraphQLError } from "graphql";
import { isDeepStrictEqual } from "node:util";
import type { Field, Model, ObjectType } from "./schema/model";
import type { View } from "./stored";
import { valuesOf } from "./values";

/** What a mutation gives for one node. */
export type Input = Readonly<Record<string, unknown>>;

/** Which node has which value of an @id: of what is stored, and of what a mutation brings along. */
export class UniqueIds {
  private readonly stored = new Map<string, string>();
  private readonly given = new Map<string, Input>();
  private readonly atTop = new Set<string>();

  constructor(
    nodes: View,
    private readonly model: Model,
  ) {
    const types = [...model.types.values()].filter(({ uniqueFields }) => uniqueFields.length > 0);
    if (types.length === 0) return;
    for (const node of nodes.values())
      for (const type of types)
        if (node.types.includes(type.stored[0] ?? ""))
          for (const field of type.uniqueFields)
            for (const value of valuesOf(node.values[field.predicate]))
              this.stored.set(keyOf(type.stored[0], field, value), node.uid);
  }

  /** The node of this very type that has one of these values. */
  find(type: ObjectType, input: Input): { readonly uid: string; readonly field: Field } | undefined {
    for (const field of type.uniqueFields) {
      const uid = this.stored.get(keyOf(type.stored[0], field, input[field.name]));
      if (uid !== undefined && input[field.name] != null) return { uid, field };
    }
    return undefined;
  }

  /** Refuses a value that a node of another type has, where the interface wants it to be the only one. */
  refuseElsewhere(type: ObjectType, input: Input): void {
    for (const field of type.uniqueFields) {
      const isTaken = this.stored.has(keyOf(field.uniqueIn, field, input[field.name]));
      if (field.uniqueIn !== undefined && input[field.name] != null && isTaken)
        throw new GraphQLError(
          `id ${String(input[field.name])} already exists for field ${field.name} in some other implementing type of interface ${field.uniqueIn}`,
        );
    }
  }

  /** From now on the node has these values. */
  take(type: ObjectType, input: Input, uid: string): void {
    for (const field of type.uniqueFields)
      if (input[field.name] != null)
        for (const stored of type.stored) this.stored.set(keyOf(stored, field, input[field.name]), uid);
  }

  /** Reads all of a mutation first: one place may define a node, and others refer to it by its @id. */
  collect(type: ObjectType, input: Input, from?: Field): void {
    for (const field of type.uniqueFields) {
      const value = input[field.name];
      if (value === "")
        throw new GraphQLError(`encountered an empty value for @id field \`${type.name}.${field.name}\``);
      if (value != null) this.meet(keyOf(type.stored[0], field, value), value, input, from);
    }
    for (const [name, value] of Object.entries(input)) {
      const field = type.fields.get(name);
      const target = field?.kind === "object" ? this.model.types.get(field.type) : undefined;
      if (target !== undefined) for (const one of valuesOf(value)) this.collect(target, one as Input, field);
    }
  }

  /** The place that says most about a node with this @id. */
  definitionOf(type: ObjectType, input: Input): Input {
    for (const field of type.uniqueFields) {
      const given = this.given.get(keyOf(type.stored[0], field, input[field.name]));
      if (given !== undefined && input[field.name] != null) return given;
    }
    return input;
  }

  private meet(key: string, value: unknown, input: Input, from: Field | undefined): void {
    const before = this.given.get(key);
    if (
      before !== undefined &&
      (this.isDuplicate(key, before, input, from) || (from === undefined && this.atTop.has(key)))
    )
      throw new GraphQLError(`duplicate XID found: ${String(value)}`);
    if (from === undefined) this.atTop.add(key);
    if (before === undefined || Object.keys(input).length > Object.keys(before).length) this.given.set(key, input);
  }

  private isDuplicate(key: string, before: Input, input: Input, from: Field | undefined): boolean {
    const inverse = from?.inverse === undefined ? undefined : this.model.types.get(from.type)?.fields.get(from.inverse);
    if (inverse !== undefined && !inverse.isList && !this.stored.has(key)) return true;
    const both = Object.keys(before).length > 1 && Object.keys(input).length > 1;
    return both && !isDeepStrictEqual({ ...before }, { ...input });
  }
}

function keyOf(type: string | undefined, { predicate }: Field, value: unknown): string {
  return JSON.stringify([type, predicate, value]);
}
