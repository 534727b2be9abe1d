import { isDeepStrictEqual } from "node:util";
import { GraphQLError } from "graphql";
import type { Snapshot } from "./nodes";
import type { Field, Model, ObjectType } from "./schema/model";
import { type Input, referenceIn } from "./unions";
import { valuesOf } from "./values";

/** The values of @id fields: those of stored nodes, and those in the input of a mutation. */
export class UniqueIds {
  private readonly stored = new Map<string, string>();
  /** The values that several nodes have, since they are older than the @id. */
  private readonly duplicated = new Set<string>();
  private readonly inputs = new Map<string, Input>();
  private readonly topLevel = new Set<string>();

  constructor(
    nodes: Snapshot,
    private readonly model: Model,
  ) {
    const types = [...model.types.values()].filter(({ uniqueFields }) => uniqueFields.length > 0);
    if (types.length === 0) return;
    for (const node of nodes.values())
      for (const type of types)
        if (node.types.includes(type.stored[0] ?? ""))
          for (const field of type.uniqueFields)
            for (const value of valuesOf(node.values[field.predicate]))
              this.addStored(keyOf(type.stored[0], field, value), node.uid);
  }

  /** The node of this type that has one of these values. */
  find(type: ObjectType, input: Input): { readonly uid: string; readonly field: Field } | undefined {
    for (const field of type.uniqueFields) {
      const key = keyOf(type.stored[0], field, input[field.name]);
      const uid = this.stored.get(key);
      if (uid === undefined || input[field.name] == null) continue;
      if (this.duplicated.has(key)) throw new GraphQLError(`Found multiple nodes with ID: ${uid}`);
      return { uid, field };
    }
    return undefined;
  }

  /** Refuses a value that must be unique within an interface, if a node of another type has it. */
  refuseUsedInInterface(type: ObjectType, input: Input): void {
    for (const field of type.uniqueFields) {
      const isTaken = this.stored.has(keyOf(field.uniqueIn, field, input[field.name]));
      if (field.uniqueIn !== undefined && input[field.name] != null && isTaken)
        throw new GraphQLError(
          `id ${String(input[field.name])} already exists for field ${field.name} in some other implementing type of interface ${field.uniqueIn}`,
        );
    }
  }

  /** Records that a node has these values. */
  assign(type: ObjectType, input: Input, uid: string): void {
    for (const field of type.uniqueFields)
      if (input[field.name] != null)
        for (const stored of type.stored) this.stored.set(keyOf(stored, field, input[field.name]), uid);
  }

  /** Collects the inputs of a whole mutation: one place may define a node to which others refer by its @id. */
  collect(type: ObjectType, input: Input, from?: Field): void {
    for (const field of type.uniqueFields) {
      const value = input[field.name];
      if (value === "")
        throw new GraphQLError(`encountered an empty value for @id field \`${type.name}.${field.name}\``);
      if (value != null) this.collectInput(keyOf(type.stored[0], field, value), value, input, from);
    }
    for (const [name, value] of Object.entries(input)) {
      const field = type.fields.get(name);
      if (field?.kind !== "object" && field?.kind !== "union") continue;
      for (const one of valuesOf(value)) {
        const reference = referenceIn(field, one as Input, this.model);
        this.collect(reference.type, reference.input, field);
      }
    }
  }

  /** The input with the most fields for the node with this @id. */
  definitionOf(type: ObjectType, input: Input): Input {
    for (const field of type.uniqueFields) {
      const definition = this.inputs.get(keyOf(type.stored[0], field, input[field.name]));
      if (definition !== undefined && input[field.name] != null) return definition;
    }
    return input;
  }

  private addStored(key: string, uid: string): void {
    if (this.stored.has(key) && this.stored.get(key) !== uid) this.duplicated.add(key);
    this.stored.set(key, uid);
  }

  private collectInput(key: string, value: unknown, input: Input, from: Field | undefined): void {
    const before = this.inputs.get(key);
    if (
      before !== undefined &&
      (this.isDuplicate(key, before, input, from) || (from === undefined && this.topLevel.has(key)))
    )
      throw new GraphQLError(`duplicate XID found: ${String(value)}`);
    if (from === undefined) this.topLevel.add(key);
    if (before === undefined || Object.keys(input).length > Object.keys(before).length) this.inputs.set(key, input);
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
