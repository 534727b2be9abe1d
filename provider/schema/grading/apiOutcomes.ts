import type { Grade } from "./grades";

/** What a change of the API means for its clients. What it does to data is compared elsewhere. */
export interface Outcome {
  readonly grade: Grade;
  readonly description: string;
}

/** A change as the inspector reports it. Its own messages repeat values of arguments, which may be secrets. */
export interface Reported {
  readonly type: string;
  readonly path?: string;
  readonly meta: unknown;
}

const additive = (description: string): Outcome => ({ grade: "ADDITIVE", description });
const breaking = (description: string): Outcome => ({ grade: "CLIENTS_BREAK", description });

type Judge = Outcome | ((meta: Readonly<Record<string, unknown>>) => Outcome);

const kinds: Readonly<Record<string, Judge>> = {
  TYPE_ADDED: additive("type added"),
  TYPE_REMOVED: breaking("type removed"),
  TYPE_KIND_CHANGED: ({ oldTypeKind, newTypeKind }) =>
    breaking(`kind changed from ${kindText(oldTypeKind)} to ${kindText(newTypeKind)}`),
  TYPE_DESCRIPTION_ADDED: additive("description added"),
  TYPE_DESCRIPTION_CHANGED: additive("description changed"),
  TYPE_DESCRIPTION_REMOVED: additive("description removed"),
  FIELD_ADDED: additive("field added"),
  FIELD_REMOVED: breaking("field removed"),
  FIELD_TYPE_CHANGED: ({ oldFieldType, newFieldType }) => {
    const one = String(oldFieldType);
    const other = String(newFieldType);
    const description = `type changed from ${one} to ${other}`;
    return one.replaceAll("!", "") === other.replaceAll("!", "") ? additive(description) : breaking(description);
  },
  FIELD_DESCRIPTION_ADDED: additive("description added"),
  FIELD_DESCRIPTION_CHANGED: additive("description changed"),
  FIELD_DESCRIPTION_REMOVED: additive("description removed"),
  FIELD_DEPRECATION_ADDED: additive("deprecated"),
  FIELD_DEPRECATION_REMOVED: additive("no longer deprecated"),
  FIELD_DEPRECATION_REASON_ADDED: additive("reason for the deprecation added"),
  FIELD_DEPRECATION_REASON_CHANGED: additive("reason for the deprecation changed"),
  FIELD_DEPRECATION_REASON_REMOVED: additive("reason for the deprecation removed"),
  FIELD_ARGUMENT_ADDED: ({ isAddedFieldArgumentBreaking }) =>
    isAddedFieldArgumentBreaking === true ? breaking("required argument added") : additive("argument added"),
  FIELD_ARGUMENT_REMOVED: breaking("argument removed"),
  FIELD_ARGUMENT_TYPE_CHANGED: ({ oldArgumentType, newArgumentType, isSafeArgumentTypeChange }) =>
    typeChange(oldArgumentType, newArgumentType, isSafeArgumentTypeChange),
  FIELD_ARGUMENT_DEFAULT_CHANGED: breaking("default of the argument changed"),
  FIELD_ARGUMENT_DESCRIPTION_CHANGED: additive("description changed"),
  INPUT_FIELD_ADDED: ({ isAddedInputFieldTypeNullable, addedFieldDefault }) =>
    isAddedInputFieldTypeNullable === true || addedFieldDefault !== undefined
      ? additive("field of the input added")
      : breaking("required field of the input added"),
  INPUT_FIELD_REMOVED: breaking("field of the input removed"),
  INPUT_FIELD_TYPE_CHANGED: ({ oldInputFieldType, newInputFieldType, isInputFieldTypeChangeSafe }) =>
    typeChange(oldInputFieldType, newInputFieldType, isInputFieldTypeChangeSafe),
  INPUT_FIELD_DEFAULT_VALUE_CHANGED: breaking("default of the field changed"),
  INPUT_FIELD_DESCRIPTION_ADDED: additive("description added"),
  INPUT_FIELD_DESCRIPTION_CHANGED: additive("description changed"),
  INPUT_FIELD_DESCRIPTION_REMOVED: additive("description removed"),
  ENUM_VALUE_ADDED: additive("enum value added"),
  ENUM_VALUE_REMOVED: breaking("enum value removed"),
  ENUM_VALUE_DESCRIPTION_CHANGED: additive("description changed"),
  ENUM_VALUE_DEPRECATION_REASON_ADDED: additive("deprecated"),
  ENUM_VALUE_DEPRECATION_REASON_CHANGED: additive("reason for the deprecation changed"),
  ENUM_VALUE_DEPRECATION_REASON_REMOVED: additive("no longer deprecated"),
  UNION_MEMBER_ADDED: ({ addedUnionMemberTypeName }) =>
    additive(`${String(addedUnionMemberTypeName)} added to the union`),
  UNION_MEMBER_REMOVED: ({ removedUnionMemberTypeName }) =>
    breaking(
      `${String(removedUnionMemberTypeName)} removed from the union: stored objects of this type still come, and no query can select their fields`,
    ),
  OBJECT_TYPE_INTERFACE_ADDED: additive("interface added"),
  OBJECT_TYPE_INTERFACE_REMOVED: breaking("interface removed: new nodes are no longer in its queries"),
  SCHEMA_QUERY_TYPE_CHANGED: breaking("type of the queries changed"),
  SCHEMA_MUTATION_TYPE_CHANGED: breaking("type of the mutations changed"),
  SCHEMA_SUBSCRIPTION_TYPE_CHANGED: breaking("type of the subscriptions changed"),
};

interface Usage {
  readonly added: Outcome;
  readonly removed: Outcome;
  readonly changed: Outcome;
}

const usage = (name: string, added: Grade, removed: Grade, changed: Grade): Usage => ({
  added: { grade: added, description: `@${name} added` },
  removed: { grade: removed, description: `@${name} removed` },
  changed: { grade: changed, description: `arguments of @${name} changed` },
});

const directives: ReadonlyMap<string, Usage> = new Map(
  (
    [
      ["auth", "SECURITY", "SECURITY", "SECURITY"],
      ["secret", "CLIENTS_BREAK", "SECURITY", "SECURITY"],
      ["search", "ADDITIVE", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["id", "ADDITIVE", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["custom", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["lambda", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["remote", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["remoteResponse", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["generate", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["withSubscription", "ADDITIVE", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["embedding", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      // The values stay where they are: what becomes of them is compared by predicates.
      ["dgraph", "ADDITIVE", "ADDITIVE", "ADDITIVE"],
      ["hasInverse", "ADDITIVE", "ADDITIVE", "ADDITIVE"],
      ["default", "ADDITIVE", "ADDITIVE", "ADDITIVE"],
      ["lambdaOnMutate", "ADDITIVE", "ADDITIVE", "ADDITIVE"],
      ["deprecated", "ADDITIVE", "ADDITIVE", "ADDITIVE"],
      ["key", "ADDITIVE", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["extends", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["external", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["requires", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
      ["provides", "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK"],
    ] as const
  ).map(([name, added, removed, changed]) => [name, usage(name, added, removed, changed)]),
);

/** What a reported change means for clients. A kind that is not known breaks them. */
export function outcomeOf({ type, path, meta }: Reported): Outcome {
  const [, directive] = /@(\w+)[^@]*$/.exec(path ?? "") ?? [];
  if (type.startsWith("DIRECTIVE_USAGE_") && directive !== undefined) {
    const grades = directives.get(directive) ?? usage(directive, "CLIENTS_BREAK", "CLIENTS_BREAK", "CLIENTS_BREAK");
    if (type.startsWith("DIRECTIVE_USAGE_ARGUMENT_") && !type.includes("_DEFINITION_")) return grades.changed;
    return type.endsWith("_REMOVED") ? grades.removed : grades.added;
  }
  // Dgraph ignores the definitions of directives in a schema.
  if (type.startsWith("DIRECTIVE_")) return additive("definition of the directive changed");
  const judge = kinds[type] ?? breaking("changed in a way that has no grade of its own");
  return typeof judge === "function" ? judge(meta as Readonly<Record<string, unknown>>) : judge;
}

function typeChange(one: unknown, other: unknown, isSafe: unknown): Outcome {
  const description = `type changed from ${String(one)} to ${String(other)}`;
  return isSafe === true ? additive(description) : breaking(description);
}

function kindText(kind: unknown): string {
  return String(kind)
    .replace(/TypeDefinition$/, "")
    .toLowerCase();
}
