import { GraphQLError } from "graphql";
import { type Filter, matches, type Page } from "./filters";
import { lowerFirst } from "./generate";
import type { StoredNode } from "./nodes";
import type { Field, Model, ObjectType } from "./schema/model";
import { valuesOf } from "./values";

/** The input of a mutation for one node. */
export type Input = Readonly<Record<string, unknown>>;

/** A reference in the input of a mutation, with the type that it refers to. */
export interface Reference {
  readonly type: ObjectType;
  readonly input: Input;
}

/** The reference in an input for a relation. The input for a union names one of its members. */
export function referenceIn(field: Field, input: Input, model: Model): Reference {
  const members = membersOf(field, model);
  if (field.kind !== "union") {
    const [type] = members;
    if (type === undefined) throw new Error(`no type ${field.type}`);
    return { type, input };
  }
  const given = members.filter((type) => input[`${lowerFirst(type.name)}Ref`] != null);
  const [type] = given;
  if (type === undefined || given.length > 1)
    throw new GraphQLError(`value for field \`${field.name}\` in type \`${field.type}\` must have exactly one child`);
  return { type, input: input[`${lowerFirst(type.name)}Ref`] as Input };
}

/** The types to which a relation may lead. */
export function membersOf({ kind, type }: Field, { types, unions }: Model): ObjectType[] {
  const names = kind === "union" ? (unions.get(type) ?? []) : [type];
  return names.flatMap((name) => types.get(name) ?? []);
}

/** A node of a union, with the member whose type it has. */
export interface UnionNode {
  readonly node: StoredNode;
  readonly type: ObjectType;
}

/** The nodes of a union's field that its filter and page leave. A node of another type is not shown. */
export function unionPage(
  nodes: readonly StoredNode[],
  members: readonly ObjectType[],
  { filter, first, offset }: Page,
): UnionNode[] {
  const wanted = valuesOf(filter?.["memberTypes"]);
  const found = nodes.flatMap((node) => {
    const type = members.find(({ stored }) => node.types.includes(stored[0] ?? ""));
    if (type === undefined || (wanted.length > 0 && !wanted.includes(type.name))) return [];
    const own = filter?.[`${lowerFirst(type.name)}Filter`] as Filter | null | undefined;
    return own == null || matches(node, own, type) ? [{ node, type }] : [];
  });
  const start = Math.max(0, offset ?? 0);
  if (first != null && first < 0) return found.slice(first);
  return found.slice(start, first == null || first === 0 ? undefined : start + first);
}
