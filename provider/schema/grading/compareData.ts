import { inheritedRules, isReadElsewhere, newInterfaces } from "./compareInterfaces";
import { compareKept } from "./compareStored";
import { directiveOf } from "./document";
import { has, holding, holdingAnyLanguage, isOfLanguage, lacking, nodes, ofType, quoted } from "./dql";
import { removedValues } from "./enums";
import type { SchemaChange, Stake } from "./grades";
import { newInverses, newReverses } from "./inverses";
import { type Field, isStored, type Model, type StoredField, type StoredType } from "./model";
import { refusalOf } from "./refusals";
import { likelyNewField, likelyNewType } from "./renames";

/** What a change of schema does to the nodes and values that Dgraph stores. Renames have been followed before. */
export function compareData(before: Model, after: Model): SchemaChange[] {
  return [
    ...[...before.types.values()].flatMap((type) => compareType(type, before, after)),
    ...removedValues(before, after),
    ...newInverses(before, after),
    ...newReverses(before, after),
  ];
}

function compareType(type: StoredType, before: Model, after: Model): SchemaChange[] {
  const { name, stored } = type;
  const other = after.types.get(name);
  const hiddenNodes = (path: string, description: string, hint?: string): SchemaChange[] => [
    { path, grade: "HIDES_DATA", description, stake: nodesOf(type), ...(hint === undefined ? {} : { hint }) },
  ];
  if (after.remote.has(name))
    return hiddenNodes(`${name}.@remote`, "@remote added: the nodes stay, and nothing can read them");
  if (other === undefined) {
    if (type.isInterface && isReadElsewhere(type, type.own.values(), before, after)) return [];
    const likely = likelyNewType(type, before, after);
    const kind = type.isInterface ? "interface" : "type";
    return hiddenNodes(
      name,
      `${kind} removed: its ${type.isInterface ? "values" : "nodes and values"} stay, and nothing can read them`,
      likely === undefined
        ? undefined
        : `if ${likely.name} is its new name, keep the data with @dgraph(type: "${stored}") on ${likely.name}`,
    );
  }
  if (!type.isInterface && other.isInterface)
    return hiddenNodes(name, "type turned into an interface: the nodes stay, and queries return them without values");
  if (other.stored !== stored)
    return [
      ...hiddenNodes(
        `${name}.@dgraph`,
        `type in Dgraph changed from ${stored} to ${other.stored}: the nodes stay under the old type, and nothing can read them`,
        `keep the data with @dgraph(type: "${stored}")`,
      ),
      ...shownNodes(other, before),
    ];
  return [
    ...compareFields(type, other, before, after),
    ...newFields(type, other, before),
    ...newInterfaces(type, other, before, after),
    ...inheritedRules(type, other, before, after),
    ...comparePassword(type, other),
  ];
}

/** The nodes of another type that a type shows under its own rules. */
function shownNodes({ name, stored }: StoredType, { types }: Model): SchemaChange[] {
  const owner = [...types.values()].find((type) => type.stored === stored);
  if (owner === undefined) return [];
  const description = `everybody who may read the type gets the nodes of ${owner.name}`;
  return [{ path: `${name}.@dgraph`, grade: "SECURITY", description }];
}

/** What becomes of the values of each field of a type. */
function compareFields(type: StoredType, other: StoredType, before: Model, after: Model): SchemaChange[] {
  const fields = type.fields;
  const others = other.fields;
  const taken = new Set<string>();
  return [...fields.values()].filter(isStored).flatMap((field) => {
    const replaced = others.get(field.name);
    const isRead = replaced?.stored?.source === field.stored.source;
    // The edges stay with the field that holds them.
    if (field.stored.isReverse && (replaced === undefined || isRead)) return [];
    const same = [...others.values()]
      .filter(isStored)
      .sort((one, two) => Number(two.name === field.name) - Number(one.name === field.name))
      .find(({ stored }) => stored.source === field.stored.source);
    if (same !== undefined) {
      // A field of an interface is compared once, for the interface itself.
      if (field.owner !== type.name && same.owner === field.owner) return [];
      const isSaid = field.owner !== type.name && replaced?.owner === field.owner;
      const kept = { path: `${type.name}.${same.name}`, type, before: field, after: same };
      return [
        ...(field.stored.isReverse ? [] : compareKept(kept, before, after)),
        ...(isRead || isSaid || replaced?.stored === undefined
          ? []
          : replacedField({ type, field, replaced, reader: same }, before, after)),
      ];
    }
    if (field.owner !== type.name && isSaidOfInterface(field.owner, other, after)) return [];
    if (replaced !== undefined) return replacedField({ type, field, replaced, reader: undefined }, before, after);
    if (type.isInterface && isReadElsewhere(type, [field], before, after)) return [];
    const likely = likelyNewField(field, fields, others, taken);
    if (likely !== undefined) taken.add(likely.name);
    return [
      {
        path: `${type.name}.${field.name}`,
        grade: "HIDES_DATA",
        description: "field removed: its values stay, and nothing can read them",
        stake: valuesOf(type, field, before),
        ...(likely === undefined
          ? {}
          : {
              hint: `if ${likely.name} is its new name, keep the values with @dgraph(pred: "${field.stored.source}") on ${likely.owner}.${likely.name}`,
            }),
      },
    ];
  });
}

/** Whether a change of an interface says already what becomes of its field in a type. */
function isSaidOfInterface(parent: string, type: StoredType, after: Model): boolean {
  return type.interfaces.includes(parent) || !after.types.has(parent);
}

/** A field that keeps its name, and no longer reads its old values. */
interface Replaced {
  readonly type: StoredType;
  readonly field: StoredField;
  readonly replaced: Field;
  /** Another field that reads the old values now. */
  readonly reader: StoredField | undefined;
}

function replacedField({ type, field, replaced, reader }: Replaced, before: Model, after: Model): SchemaChange[] {
  const path = `${type.name}.${field.name}`;
  const hidden = { grade: "HIDES_DATA", stake: valuesOf(type, field, before) } as const;
  const computed = ["custom", "lambda", "external"].find((name) => directiveOf(replaced.node, name) !== undefined);
  if (computed !== undefined)
    return [
      {
        ...hidden,
        path: `${path}.@${computed}`,
        description: `@${computed} added: the stored values stay, and nothing can read them`,
      },
    ];
  if (!isStored(replaced))
    return [
      {
        ...hidden,
        path,
        description: `type changed from ${field.type} to ${replaced.type}: the stored values stay, and nothing can read them`,
      },
    ];
  const { source } = replaced.stored;
  const isMoved = replaced.owner !== field.owner;
  const changed = isMoved ? path : `${path}.@dgraph`;
  const shown = earlierReader(replaced, type, before);
  const old = reader === undefined ? "nothing can read them" : `only ${reader.owner}.${reader.name} reads them`;
  // A predicate of its own is the way around a refusal: a hint must not lead back to it.
  const wouldBeRefused = refusalOf(field.stored, replaced.stored) !== undefined;
  const isHintFit = reader === undefined && !wouldBeRefused && (!isMoved || movedTo(replaced, before, after) <= 1);
  return [
    {
      ...hidden,
      path: changed,
      description: isMoved
        ? `field moved from ${field.owner} to ${replaced.owner}: the values stay in ${field.stored.source}, and the field reads ${source}${shown === undefined ? ", which is new" : ""}`
        : `predicate changed from ${field.stored.source} to ${source}: the old values stay, and ${old}`,
      ...(isHintFit
        ? { hint: `keep the values with @dgraph(pred: "${field.stored.source}") on ${replaced.owner}.${replaced.name}` }
        : {}),
    },
    ...(shown === undefined
      ? []
      : [
          {
            path: changed,
            grade: "SECURITY",
            description: `everybody who may read the field gets the values of ${shown.owner}.${shown.name}`,
          } as const,
        ]),
  ];
}

/** A field of the same nodes that had the predicate of a field before. Edges read backwards may be those of any type. */
function earlierReader({ name, stored }: StoredField, type: StoredType, { types }: Model): StoredField | undefined {
  const related = [...types.values()].filter(
    (one) => stored.isReverse || one.name === type.name || one.interfaces.includes(type.name),
  );
  return related
    .flatMap((one) => [...one.fields.values()].filter(isStored))
    .find((one) => one.stored.predicate === stored.predicate && !(one.owner === type.name && one.name === name));
}

/** How many types had a field of their own that is now one field of an interface: one predicate can keep the values of one of them. */
function movedTo({ owner, name }: Field, before: Model, after: Model): number {
  return [...before.types.values()].filter(
    (type) => type.own.has(name) && after.types.get(type.name)?.interfaces.includes(owner) === true,
  ).length;
}

/** Fields without a value in existing nodes that must have one. */
function newFields(type: StoredType, other: StoredType, before: Model): SchemaChange[] {
  const known = new Set([...type.fields.values()].map(({ stored }) => stored?.source));
  const isOld = (owner: string): boolean =>
    owner !== type.name && type.interfaces.some((parent) => parent === owner && before.types.has(parent));
  return [...other.fields.values()]
    .filter(isStored)
    .filter(({ stored, isNonNull, isList, owner }) => {
      return isNonNull && !isList && !stored.isReverse && !known.has(stored.source) && !isOld(owner);
    })
    .map((field) => ({
      path: `${type.name}.${field.name}`,
      grade: "READS_FAIL",
      description: "new non-null field: a query that asks for it gets null in place of each object without a value",
      hint: `make ${field.owner}.${field.name} nullable, fill in the values, and make it non-null afterwards`,
      stake: lacking(type.stored, field.stored),
    }));
}

function comparePassword({ name, secret }: StoredType, other: StoredType): SchemaChange[] {
  if (secret === undefined || other.secret?.predicate === secret.predicate) return [];
  return [
    {
      path: `${name}.@secret`,
      grade: "HIDES_DATA",
      description:
        other.secret === undefined
          ? "@secret removed: the stored passwords stay, and nothing can check them"
          : `@secret changed to ${other.secret.field}: the stored passwords stay in ${secret.predicate}, and nothing can check them`,
      stake: holding(secret.predicate),
      hint:
        other.secret === undefined
          ? `keep the passwords with @secret(field: "${secret.field}")`
          : `keep the passwords with @secret(field: "${other.secret.field}", pred: "${secret.predicate}")`,
    },
  ];
}

/** The nodes that have a value of a field. Where types share a predicate, those of the type. */
function valuesOf(type: StoredType, field: StoredField, { types }: Model): Stake {
  // Edges that are read backwards belong to other nodes.
  if (field.stored.isReverse) return holding(field.stored.predicate);
  if (isOfLanguage(field.stored)) return holdingAnyLanguage(type.stored, field.stored);
  const predicate = quoted(field.stored.predicate);
  const isDefault = field.stored.source === `${type.stored}.${field.name}`;
  const isShared =
    field.owner !== type.name ||
    // Only `@dgraph(pred:)` gives fields of two types one predicate.
    (!isDefault && [...types.values()].filter((other) => ownsPredicate(other, field.stored.predicate)).length > 1);
  const what = `nodes ${isShared ? `of ${type.stored} ` : ""}that have ${predicate}`;
  return { what, query: isShared ? nodes(ofType(type.stored), has(predicate)) : nodes(has(predicate)) };
}

function ownsPredicate({ own }: StoredType, predicate: string): boolean {
  return [...own.values()].some(({ stored }) => stored?.predicate === predicate);
}

function nodesOf({ stored }: StoredType): Stake {
  return { what: `nodes of the type ${stored}`, query: nodes(ofType(stored)) };
}
