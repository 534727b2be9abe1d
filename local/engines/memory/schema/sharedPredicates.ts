import type { Field, Model, ObjectType } from "./model";

/** Two fields may share a predicate if their types are the same. */
export function sharedPredicates({ types }: Model): string[] {
  const known = new Map<string, { readonly field: Field; readonly type: ObjectType }>();
  return [...types.values()].flatMap((type) =>
    [...type.fields.values()].flatMap((field) => {
      if (field.kind === "uid" || field.isComputed) return [];
      const other = known.get(field.predicate);
      known.set(field.predicate, other ?? { field, type });
      if (other === undefined || other.field === field) return [];
      const isSame =
        other.field.type === field.type &&
        other.field.isList === field.isList &&
        other.field.isUnique === field.isUnique;
      const implementsOther = type.interfaces.includes(other.type.name);
      return isSame && !implementsOther
        ? []
        : [
            `Type ${type.name}; Field ${field.name}: has the predicate ${field.predicate} of ${other.type.name}.${other.field.name}, which has another type.`,
          ];
    }),
  );
}
