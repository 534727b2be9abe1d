import { GraphQLError } from "graphql";
import { Draft } from "./draft";
import { uidOf } from "./filters";
import type { Field, Model, ObjectType } from "./schema/model";
import type { View } from "./stored";
import { type Input, UniqueIds } from "./uniqueIds";
import { defaultValue, storedValue, valuesOf } from "./values";

/** Adds, changes and removes nodes as Dgraph's mutations do, in a draft. */
export class Mutation {
  readonly draft: Draft;
  /** How many nodes it has made. */
  made = 0;
  private readonly ids: UniqueIds;

  constructor(
    nodes: View,
    private readonly model: Model,
    private readonly newUid: () => string,
  ) {
    this.draft = new Draft(nodes, model);
    this.ids = new UniqueIds(nodes, model);
  }

  /** Gives the uids of what was added, or changed by an upsert. */
  add(type: ObjectType, inputs: readonly Input[], upsert: boolean): string[] {
    for (const input of inputs) this.ids.collect(type, input);
    return inputs.map((input) => {
      const found = this.ids.find(type, input);
      if (found === undefined) return this.create(type, input);
      if (!upsert && !this.isNew(found.uid)) throw exists(type, found.field, input);
      if (upsert) this.write(found.uid, type, input, "update");
      return found.uid;
    });
  }

  update(
    uids: readonly string[],
    type: ObjectType,
    { set, remove }: { readonly set?: Input | null; readonly remove?: Input | null },
  ): void {
    for (const input of [set, remove]) if (input != null) this.refuseIds(type, input, uids.length);
    if (set != null) for (const uid of uids) this.write(uid, type, set, "update");
    if (remove != null) for (const uid of uids) this.erase(uid, type, remove);
  }

  remove(uids: readonly string[], type: ObjectType): void {
    for (const uid of uids) this.draft.remove(uid, type);
  }

  private readonly created = new Set<string>();

  private isNew(uid: string): boolean {
    return this.created.has(uid);
  }

  /** A node that is new, all of whose required fields must be there but the one that comes from the other side. */
  private create(type: ObjectType, given: Input, from?: { readonly uid: string; readonly field: Field }): string {
    const input = this.ids.definitionOf(type, given);
    this.ids.refuseElsewhere(type, input);
    const missing = [...type.fields.values()].find(
      (field) =>
        field.isRequired &&
        field.kind !== "uid" &&
        input[field.name] == null &&
        field.defaults.add === undefined &&
        field.name !== from?.field.inverse,
    );
    if (missing !== undefined)
      throw new GraphQLError(`type ${type.name} requires a value for field ${missing.name}, but no value present`);
    if (type.isInterface) throw new GraphQLError(`nothing can be added as ${type.name}, which is an interface`);
    const uid = this.newUid();
    this.made += 1;
    this.created.add(uid);
    this.draft.put({ uid, types: type.stored, values: {} });
    this.ids.take(type, input, uid);
    if (from !== undefined) this.draft.link(from.uid, from.field, uid);
    this.write(uid, type, input, "add");
    return uid;
  }

  private write(uid: string, type: ObjectType, input: Input, action: "add" | "update"): void {
    for (const field of type.fields.values()) {
      const value = field.defaults[action];
      if (value !== undefined && input[field.name] === undefined)
        this.draft.set(uid, field, defaultValue(field, value));
    }
    for (const [name, value] of Object.entries(input)) {
      const field = type.fields.get(name);
      if (field === undefined || value === undefined || value === null) continue;
      const values = valuesOf(value);
      if (field.isList && values.includes(null))
        throw new GraphQLError(`got unsupported type for list: ${field.predicate}`);
      if (field.kind === "object") for (const one of values) this.relate(uid, field, one as Input);
      else
        this.draft.add(
          uid,
          field,
          field.isList ? values.map((one) => storedValue(field, one)) : [storedValue(field, value)],
        );
    }
  }

  /** To a node that is there, by its ID or its @id, whose other values are then left alone; or to a new one. */
  private relate(uid: string, field: Field, input: Input): void {
    const type = this.typeOf(field);
    const target = this.referred(type, input);
    if (target === undefined) this.create(type, input, { uid, field });
    else this.draft.link(uid, field, target);
  }

  private referred(type: ObjectType, input: Input): string | undefined {
    const uid = type.uidField === undefined ? undefined : (input[type.uidField.name] as string | null | undefined);
    if (uid == null) {
      const found = this.ids.find(type, input);
      if (found === undefined) this.ids.refuseElsewhere(type, input);
      return found?.uid;
    }
    const node = this.draft.get(uidOf(uid) ?? "");
    if (node?.types.includes(type.stored[0] ?? "") !== true) throw new GraphQLError(`ID "${uid}" isn't a ${type.name}`);
    return node.uid;
  }

  private erase(uid: string, type: ObjectType, input: Input): void {
    for (const [name, value] of Object.entries(input)) {
      const field = type.fields.get(name);
      if (field === undefined || value === undefined) continue;
      // Of a relation this takes one side away only, as in Dgraph.
      if (value === null) this.draft.set(uid, field, undefined);
      for (const one of valuesOf(value)) {
        if (field.kind !== "object") {
          this.draft.take(uid, field, storedValue(field, one));
          continue;
        }
        const target = this.referred(this.typeOf(field), one as Input);
        if (target === undefined) throw new GraphQLError("id is not provided");
        this.draft.unlink(uid, field, target);
      }
    }
  }

  private refuseIds(type: ObjectType, input: Input, nodes: number): void {
    const given = type.uniqueFields.filter(({ name }) => input[name] != null);
    if (given.length > 0 && nodes > 1)
      throw new GraphQLError("only one node is allowed in the filter while updating fields with @id directive");
    this.ids.collect(type, input);
    const found = this.ids.find(type, input);
    if (found !== undefined) throw exists(type, found.field, input);
    this.ids.refuseElsewhere(type, input);
  }

  private typeOf({ type }: Field): ObjectType {
    const found = this.model.types.get(type);
    if (found === undefined) throw new Error(`no type ${type}`);
    return found;
  }
}

function exists(type: ObjectType, { name }: Field, input: Input): GraphQLError {
  return new GraphQLError(`id ${String(input[name])} already exists for field ${name} inside type ${type.name}`);
}
