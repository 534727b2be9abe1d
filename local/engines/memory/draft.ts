import type { Field, Model, ObjectType } from "./schema/model";
import type { StoredNode, View } from "./stored";
import { valuesOf } from "./values";

/** Changes that are made together or not at all, over nodes that stay as they are until then. */
export class Draft {
  private readonly changed = new Map<string, StoredNode | undefined>();

  constructor(
    private readonly nodes: View,
    private readonly model: Model,
  ) {}

  get(uid: string): StoredNode | undefined {
    return this.changed.has(uid) ? this.changed.get(uid) : this.nodes.get(uid);
  }

  put(node: StoredNode): void {
    this.changed.set(node.uid, node);
  }

  /** Undefined or an empty list takes the predicate away. */
  set(uid: string, { predicate }: Field, value: unknown): void {
    const node = this.get(uid);
    if (node === undefined) return;
    const others = Object.fromEntries(Object.entries(node.values).filter(([name]) => name !== predicate));
    const isGone = value === undefined || (Array.isArray(value) && value.length === 0);
    this.put({ ...node, values: isGone ? others : { ...others, [predicate]: value } });
  }

  valuesOf(uid: string, { predicate }: Field): readonly unknown[] {
    return valuesOf(this.get(uid)?.values[predicate]);
  }

  /** Adds to a list, which holds each value once; replaces what is no list. */
  add(uid: string, field: Field, values: readonly unknown[]): void {
    this.set(uid, field, field.isList ? [...new Set(this.valuesOf(uid, field).concat(values))] : values[0]);
  }

  /** Draws a relation, on its other side as well. A field that is no list gives up whom it had, who forgets it. */
  link(uid: string, field: Field, target: string): void {
    const inverse = this.inverseOf(field);
    if (inverse !== undefined) {
      if (!field.isList)
        for (const before of this.valuesOf(uid, field)) if (before !== target) this.take(String(before), inverse, uid);
      if (!inverse.isList)
        for (const before of this.valuesOf(target, inverse))
          if (before !== uid) this.take(String(before), field, target);
      this.add(target, inverse, [uid]);
    }
    this.add(uid, field, [target]);
  }

  unlink(uid: string, field: Field, target: string): void {
    if (!this.valuesOf(uid, field).includes(target)) return;
    this.take(uid, field, target);
    const inverse = this.inverseOf(field);
    if (inverse !== undefined) this.take(target, inverse, uid);
  }

  /** Takes one value away. */
  take(uid: string, field: Field, value: unknown): void {
    const left = this.valuesOf(uid, field).filter((other) => other !== value);
    this.set(uid, field, field.isList ? left : left[0]);
  }

  /** Those whom `@hasInverse` tells of it forget the node; what else points to it goes on pointing. */
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
