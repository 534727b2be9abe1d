import type { Snapshot, StoredNode } from "./nodes";
import type { Field, Model, ObjectType } from "./schema/model";
import { valuesOf } from "./values";

/** Changes of nodes that are committed together or not at all. The nodes stay unchanged until then. */
export class Transaction {
  private readonly changed = new Map<string, StoredNode | undefined>();

  constructor(
    private readonly nodes: Snapshot,
    private readonly model: Model,
  ) {}

  get(uid: string): StoredNode | undefined {
    return this.changed.has(uid) ? this.changed.get(uid) : this.nodes.get(uid);
  }

  put(node: StoredNode): void {
    this.changed.set(node.uid, node);
  }

  /** Sets a predicate. Undefined and an empty list remove it. */
  set(uid: string, { predicate }: Pick<Field, "predicate">, value: unknown): void {
    const node = this.get(uid);
    if (node === undefined) return;
    const others = Object.fromEntries(Object.entries(node.values).filter(([name]) => name !== predicate));
    const isRemoved = value === undefined || (Array.isArray(value) && value.length === 0);
    this.put({ ...node, values: isRemoved ? others : { ...others, [predicate]: value } });
  }

  valuesOf(uid: string, { predicate }: Field): readonly unknown[] {
    return valuesOf(this.get(uid)?.values[predicate]);
  }

  /** Adds values to a list, which holds each value once. Replaces the value of a field that is not a list. */
  add(uid: string, field: Field, values: readonly unknown[]): void {
    this.set(uid, field, holdsList(field) ? [...new Set(this.valuesOf(uid, field).concat(values))] : values[0]);
  }

  /** Links two nodes, in the inverse field as well. A field that is not a list is unlinked from its previous target. */
  link(uid: string, field: Field, target: string): void {
    const inverse = this.inverseOf(field);
    if (inverse !== undefined) {
      if (!holdsList(field))
        for (const before of this.valuesOf(uid, field))
          if (before !== target) this.removeValue(String(before), inverse, uid);
      if (!holdsList(inverse))
        for (const before of this.valuesOf(target, inverse))
          if (before !== uid) this.removeValue(String(before), field, target);
      this.add(target, inverse, [uid]);
    }
    this.add(uid, field, [target]);
  }

  unlink(uid: string, field: Field, target: string): void {
    if (!this.valuesOf(uid, field).includes(target)) return;
    this.removeValue(uid, field, target);
    const inverse = this.inverseOf(field);
    if (inverse !== undefined) this.removeValue(target, inverse, uid);
  }

  /** Removes one value. */
  removeValue(uid: string, field: Field, value: unknown): void {
    const left = this.valuesOf(uid, field).filter((other) => other !== value);
    this.set(uid, field, holdsList(field) ? left : left[0]);
  }

  /** Removes a node, and its links in fields with `@hasInverse`. Other links to it stay, as in Dgraph. */
  remove(uid: string, type: ObjectType): void {
    for (const field of type.fields.values())
      if (field.inverse !== undefined)
        for (const target of this.valuesOf(uid, field)) this.unlink(uid, field, String(target));
    this.changed.set(uid, undefined);
  }

  commitTo(nodes: Map<string, StoredNode>): void {
    for (const [uid, node] of this.changed)
      if (node === undefined) nodes.delete(uid);
      else nodes.set(uid, node);
  }

  private inverseOf({ type, inverse }: Field): Field | undefined {
    return inverse === undefined ? undefined : this.model.types.get(type)?.fields.get(inverse);
  }
}

/** Whether a field's predicate holds several values. After a refused update, the field itself may be a single one. */
function holdsList({ isList, stored }: Field): boolean {
  return stored === undefined ? isList : stored.list === true;
}
