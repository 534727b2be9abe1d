import { GraphQLError } from "graphql";
import { uidOf } from "./filters";
import type { Snapshot } from "./nodes";
import { hashPassword } from "./passwords";
import type { Field, Model, ObjectType } from "./schema/model";
import { Transaction } from "./transaction";
import { UniqueIds } from "./uniqueIds";
import { type Input, type Reference, referenceIn } from "./unions";
import { defaultValue, storedValue, valuesOf } from "./values";

/** Adds, changes and removes nodes as Dgraph's mutations do, in a transaction. */
export class Mutation {
  readonly transaction: Transaction;
  /** How many nodes it has created. */
  createdCount = 0;
  private readonly ids: UniqueIds;

  constructor(
    nodes: Snapshot,
    private readonly model: Model,
    private readonly newUid: () => string,
  ) {
    this.transaction = new Transaction(nodes, model);
    this.ids = new UniqueIds(nodes, model);
  }

  /** Adds nodes. Returns their uids, and those of the nodes that an upsert changed. */
  add(type: ObjectType, inputs: readonly Input[], upsert: boolean): string[] {
    for (const input of inputs) this.ids.collect(type, input);
    return inputs.map((input) => {
      const found = this.ids.find(type, input);
      if (found === undefined) return this.create(type, input);
      if (!upsert && !this.isNew(found.uid)) throw idExists(type, found.field, input);
      if (upsert) this.write(found.uid, type, input, "update");
      return found.uid;
    });
  }

  update(
    uids: readonly string[],
    type: ObjectType,
    { set, remove }: { readonly set?: Input | null; readonly remove?: Input | null },
  ): void {
    for (const input of [set, remove]) if (input != null) this.refuseUsedIds(type, input, uids.length);
    if (set != null) for (const uid of uids) this.write(uid, type, set, "update");
    if (remove != null) for (const uid of uids) this.erase(uid, type, remove);
  }

  remove(uids: readonly string[], type: ObjectType): void {
    for (const uid of uids) this.transaction.remove(uid, type);
  }

  private readonly created = new Set<string>();

  private isNew(uid: string): boolean {
    return this.created.has(uid);
  }

  /** Creates a node. All required fields must be given, except the inverse of the field that links to it. */
  private create(type: ObjectType, reference: Input, from?: { readonly uid: string; readonly field: Field }): string {
    const input = this.ids.definitionOf(type, reference);
    this.ids.refuseUsedInInterface(type, input);
    const missing = [...type.fields.values()].find(
      (field) =>
        field.isRequired &&
        !field.isComputed &&
        field.kind !== "uid" &&
        input[field.name] == null &&
        field.defaults.add === undefined &&
        field.name !== from?.field.inverse,
    );
    if (missing !== undefined)
      throw new GraphQLError(`type ${type.name} requires a value for field ${missing.name}, but no value present`);
    if (type.isInterface) throw new GraphQLError(`${type.name} is an interface: no node can be added as one`);
    const uid = this.newUid();
    this.createdCount += 1;
    this.created.add(uid);
    this.transaction.put({ uid, types: type.stored, values: {} });
    this.ids.assign(type, input, uid);
    if (from !== undefined) this.transaction.link(from.uid, from.field, uid);
    this.write(uid, type, input, "add");
    return uid;
  }

  private write(uid: string, type: ObjectType, input: Input, action: "add" | "update"): void {
    for (const field of type.fields.values()) {
      const value = field.defaults[action];
      if (value !== undefined && input[field.name] === undefined)
        this.transaction.set(uid, field, defaultValue(field, value));
    }
    for (const [name, value] of Object.entries(input)) {
      if (name === type.secret?.name && typeof value === "string")
        this.transaction.set(uid, type.secret, hashPassword(value));
      const field = type.fields.get(name);
      if (field === undefined || value === undefined || value === null) continue;
      const values = valuesOf(value);
      if (field.isList && values.includes(null))
        throw new GraphQLError(`got unsupported type for list: ${field.predicate}`);
      if (isRelation(field)) for (const one of values) this.linkTo(uid, field, one as Input);
      else
        this.transaction.add(
          uid,
          field,
          field.isList ? values.map((one) => storedValue(field, one)) : [storedValue(field, value)],
        );
    }
  }

  /** Links to the node that the input names by its ID or @id, without changing its other values, or to a new node. */
  private linkTo(uid: string, field: Field, input: Input): void {
    const reference = referenceIn(field, input, this.model);
    const target = this.findReferred(reference);
    if (target === undefined) this.create(reference.type, reference.input, { uid, field });
    else this.transaction.link(uid, field, target);
  }

  private findReferred({ type, input }: Reference): string | undefined {
    const uid = type.uidField === undefined ? undefined : (input[type.uidField.name] as string | null | undefined);
    if (uid == null) {
      const found = this.ids.find(type, input);
      if (found === undefined) this.ids.refuseUsedInInterface(type, input);
      return found?.uid;
    }
    const node = this.transaction.get(uidOf(uid) ?? "");
    if (node?.types.includes(type.stored[0] ?? "") !== true) throw new GraphQLError(`ID "${uid}" isn't a ${type.name}`);
    return node.uid;
  }

  private erase(uid: string, type: ObjectType, input: Input): void {
    for (const [name, value] of Object.entries(input)) {
      const field = type.fields.get(name);
      if (field === undefined || value === undefined) continue;
      // This removes only one side of a relation, as Dgraph does.
      if (value === null) this.transaction.set(uid, field, undefined);
      for (const one of valuesOf(value)) {
        if (!isRelation(field)) {
          this.transaction.removeValue(uid, field, storedValue(field, one));
          continue;
        }
        const target = this.findReferred(referenceIn(field, one as Input, this.model));
        if (target === undefined) throw new GraphQLError("id is not provided");
        this.transaction.unlink(uid, field, target);
      }
    }
  }

  private refuseUsedIds(type: ObjectType, input: Input, nodes: number): void {
    const used = type.uniqueFields.filter(({ name }) => input[name] != null);
    if (used.length > 0 && nodes > 1)
      throw new GraphQLError("only one node is allowed in the filter while updating fields with @id directive");
    this.ids.collect(type, input);
    const found = this.ids.find(type, input);
    if (found !== undefined) throw idExists(type, found.field, input);
    this.ids.refuseUsedInInterface(type, input);
  }
}

function isRelation({ kind }: Field): boolean {
  return kind === "object" || kind === "union";
}

function idExists(type: ObjectType, { name }: Field, input: Input): GraphQLError {
  return new GraphQLError(`id ${String(input[name])} already exists for field ${name} inside type ${type.name}`);
}
