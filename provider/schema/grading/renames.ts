import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type NameNode,
  type NamedTypeNode,
  visit,
} from "graphql/language";
import { directiveOf, namedType, textArgument, type TypeNodes } from "./document";
import type { SchemaChange } from "./grades";
import { type Field, isStored, type Model, modelOf, type StoredType } from "./model";

export interface Renamed {
  /** The old schema under the new names, so that only what else has changed differs. */
  readonly document: DocumentNode;
  readonly model: Model;
  readonly changes: readonly SchemaChange[];
}

/** Follows the types and fields that `@dgraph` renames without a loss of data. */
export function followRenames(document: DocumentNode, model: Model, next: Model): Renamed {
  const types = renameTypes({ document, model, changes: [] }, next);
  const fields = renameFields(types, next);
  return { ...fields, changes: [...types.changes, ...fields.changes] };
}

/** A new type that may be a removed one under another name: most of the stored fields are the same. */
export function likelyNewType(type: StoredType, before: Model, after: Model): StoredType | undefined {
  const fields = [...type.fields.values()].filter(isStored);
  const scored = [...after.types.values()]
    .filter((other) => !before.types.has(other.name) && other.isInterface === type.isInterface)
    .map((other) => {
      const same = fields.filter((field) => isAlike(field, other.fields.get(field.name))).length;
      return { other, same, most: Math.max(fields.length, [...other.fields.values()].filter(isStored).length) };
    })
    .filter(({ same, most }) => same > 0 && same * 2 >= most);
  return scored.sort((one, other) => other.same - one.same)[0]?.other;
}

/** A new field that may be a removed one under another name: its type is the same. */
export function likelyNewField(
  field: Field,
  before: ReadonlyMap<string, Field>,
  after: ReadonlyMap<string, Field>,
  taken: ReadonlySet<string>,
): Field | undefined {
  return [...after.values()].find(
    (other) => !before.has(other.name) && !taken.has(other.name) && other.stored !== undefined && isAlike(field, other),
  );
}

function isAlike(field: Field, other: Field | undefined): boolean {
  return other !== undefined && other.type === field.type && other.isList === field.isList;
}

/** Types that disappear while a new type has the same name in DQL. */
function renameTypes(before: Renamed, next: Model): Renamed {
  const { model } = before;
  const names = new Map<string, string>();
  for (const type of model.types.values()) {
    if (next.types.has(type.name)) continue;
    const other = [...next.types.values()].find(
      ({ name, stored, isInterface }) =>
        stored === type.stored && isInterface === type.isInterface && !model.types.has(name),
    );
    if (other !== undefined) names.set(type.name, other.name);
  }
  if (names.size === 0) return { ...before, changes: [] };
  const rename = (name: NameNode): NameNode => ({ ...name, value: names.get(name.value) ?? name.value });
  const define = <T extends TypeNodes>(node: T): T => {
    const type = model.types.get(node.name.value);
    if (type === undefined || !names.has(type.name)) return node;
    const others = (node.directives ?? []).filter(({ name }) => name.value !== "dgraph");
    return {
      ...node,
      name: rename(node.name),
      directives: sorted([...others, ...dgraphOf(next.types.get(names.get(type.name) ?? "")?.node)]),
    };
  };
  const document = visit(before.document, {
    NamedType: (node): NamedTypeNode => ({ ...node, name: rename(node.name) }),
    ObjectTypeDefinition: define,
    InterfaceTypeDefinition: define,
  });
  const changes = [...names].map(([name, other]): SchemaChange => ({
    path: name,
    grade: "CLIENTS_BREAK",
    description: `type renamed to ${other}: its nodes and values are kept`,
  }));
  return { document, model: modelOf(document), changes };
}

/** Fields that disappear while a new field of the same type reads their predicate. */
function renameFields(before: Renamed, next: Model): Renamed {
  const { model } = before;
  const names = new Map<string, Map<string, string>>();
  for (const type of model.types.values()) {
    const other = next.types.get(type.name);
    if (other === undefined) continue;
    const fields = type.fields;
    const others = other.fields;
    for (const field of type.own.values()) {
      if (others.has(field.name) || field.stored === undefined) continue;
      const { source } = field.stored;
      const same = [...other.own.values()].find(({ name, stored }) => stored?.source === source && !fields.has(name));
      if (same !== undefined)
        names.set(type.name, (names.get(type.name) ?? new Map<string, string>()).set(field.name, same.name));
    }
  }
  if (names.size === 0) return { ...before, changes: [] };
  const define = <T extends TypeNodes>(node: T): T => {
    const type = node.name.value;
    const fields = (node.fields ?? []).map((field) => {
      const other = names.get(type)?.get(field.name.value);
      const inverse = textArgument(directiveOf(field, "hasInverse"), "field");
      const otherInverse = names.get(namedType(field.type))?.get(inverse ?? "");
      const directives = (field.directives ?? []).map((directive) =>
        directive.name.value === "hasInverse" && otherInverse !== undefined
          ? directiveWith("hasInverse", "field", otherInverse)
          : directive,
      );
      if (other === undefined) return { ...field, directives };
      return {
        ...field,
        name: { ...field.name, value: other },
        directives: sorted([
          ...directives.filter(({ name }) => name.value !== "dgraph"),
          ...dgraphOf(next.types.get(type)?.own.get(other)?.node),
        ]),
      };
    });
    return { ...node, fields: fields.sort((one, two) => (one.name.value < two.name.value ? -1 : 1)) };
  };
  const document = visit(before.document, { ObjectTypeDefinition: define, InterfaceTypeDefinition: define });
  const changes = [...names].flatMap(([type, fields]) =>
    [...fields].map(([name, other]): SchemaChange => ({
      path: `${type}.${name}`,
      grade: "CLIENTS_BREAK",
      description: `field renamed to ${other}: its values are kept`,
    })),
  );
  return { document, model: modelOf(document), changes };
}

/** The `@dgraph` of the new definition: it may name what is stored, or have that name by default. */
function dgraphOf(node: { readonly directives?: readonly DirectiveNode[] } | undefined): DirectiveNode[] {
  return (node?.directives ?? []).filter(({ name }) => name.value === "dgraph");
}

function directiveWith(directive: string, argument: string, value: string): DirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: directive },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: argument },
        value: { kind: Kind.STRING, value, block: false },
      },
    ],
  };
}

function sorted(directives: readonly DirectiveNode[]): DirectiveNode[] {
  return [...directives].sort((one, other) => (one.name.value < other.name.value ? -1 : 1));
}
