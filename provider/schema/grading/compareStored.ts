import { unreadable } from "./conversions";
import { equals, has, holding, holdingAnyLanguage, isOfLanguage, lacking, nodes, ofType, quoted } from "./dql";
import type { SchemaChange, Stake } from "./grades";
import type { Model, StoredField, StoredType } from "./model";
import { refusalOf } from "./refusals";
import { likelyNewType } from "./renames";
import type { Stored } from "./stored";

/** A field before and after a change that keeps its predicate. */
export interface Kept {
  readonly path: string;
  readonly type: StoredType;
  readonly before: StoredField;
  readonly after: StoredField;
}

/** What becomes of the values of a predicate that another definition of a field goes on reading. */
export function compareKept(kept: Kept, before: Model, after: Model): SchemaChange[] {
  const isRefused = refusalOf(kept.before.stored, kept.after.stored) !== undefined;
  return [...(isRefused ? [] : readingChange(kept, before, after)), ...indexChanges(kept)];
}

/** A change of type or of "!" that Dgraph accepts, and after which old values may not be readable. */
function readingChange({ path, type, before, after }: Kept, model: Model, next: Model): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const reasons: string[] = [];
  const lost = unreadableValues(before, after, model, next);
  if (lost !== undefined) reasons.push(lost.reason);
  const isNowNonNull = after.isNonNull && !before.isNonNull && !after.isList;
  if (isNowNonNull)
    reasons.push("becomes non-null: a query that asks for it gets null in place of each object without a value");
  if (reasons.length > 0)
    changes.push({
      path,
      grade: "READS_FAIL",
      description: reasons.join("; "),
      stake: readingStake(type, after.stored, lost?.filter, isNowNonNull),
    });
  if (!before.stored.isList && after.stored.isList)
    changes.push({
      path,
      grade: "CLIENTS_BREAK",
      description: `type changed from ${before.type} to a list: the values are kept, and Dgraph never lets the predicate become a single value again`,
      stake: holding(before.stored.predicate),
    });
  return changes;
}

/** Counts the nodes that cannot be read: those with a value that does not fit, and those without one. */
function readingStake(type: StoredType, field: Stored, filter: string | undefined, isNowNonNull: boolean): Stake {
  if (filter === undefined) return lacking(type.stored, field);
  const predicate = quoted(field.predicate);
  const value = has(predicate);
  const all = filter === "all";
  if (!isNowNonNull)
    return {
      what: all ? `nodes that have ${predicate}` : `nodes whose ${predicate} does not fit the new type`,
      query: all ? nodes(value) : nodes(value, filter),
      onlyWithData: true,
    };
  const missing = `NOT ${value}`;
  return {
    what: `nodes of ${type.stored} whose ${predicate} is missing or does not fit the new type`,
    query: nodes(ofType(type.stored), all ? undefined : `${missing} OR ${filter}`),
    onlyWithData: true,
  };
}

interface Unread {
  readonly reason: string;
  /** Which nodes with a value are concerned; "all" for all of them. */
  readonly filter: string;
}

/** Old values that the new type of a field cannot show. */
function unreadableValues(before: StoredField, after: StoredField, model: Model, next: Model): Unread | undefined {
  const one = before.stored;
  const other = after.stored;
  if (after.target === "enum") {
    const values = next.enums.get(after.type) ?? [];
    const known = before.target === "enum" ? (model.enums.get(before.type) ?? []) : undefined;
    // The removal of a value from the same enum is a change of the enum, with a path of its own.
    if (before.type === after.type || known?.every((value) => values.includes(value)) === true) return undefined;
    if (one.type === "string")
      return {
        reason: `type changed from ${before.type} to ${after.type}: a value that the enum does not have is read as null, with an error`,
        filter: ofEach(one, `NOT ${equals(quoted(other.predicate), values)}`),
      };
  }
  if (one.type === "uid" && other.type === "uid") return unreadableObjects(before, after, model, next);
  const isOtherPlace = one.type === "geo" && other.type === "geo" && before.type !== after.type;
  const filter = isOtherPlace ? "all" : unreadable(one.type, other.type, other.predicate, after.type);
  if (filter !== undefined)
    return {
      reason: `type changed from ${before.type} to ${after.type}: a stored value that does not fit makes every query of the field fail`,
      filter: ofEach(one, filter),
    };
  if (before.type === "Int64" && after.type === "Int")
    return {
      reason: "type changed from Int64 to Int: a value beyond 32 bits is read as null, with an error",
      filter: "all",
    };
  return undefined;
}

/** A filter looks for a list in which no value fits. One value that does not fit is enough to fail. */
function ofEach({ isList }: Stored, filter: string): string {
  return isList ? "all" : filter;
}

/** Objects of a type that the new type of a field does not include. */
function unreadableObjects(before: StoredField, after: StoredField, model: Model, next: Model): Unread | undefined {
  // A change of the members of a union or an interface has a path of its own.
  if (before.type === after.type) return undefined;
  // A type that seems to be renamed is one change, with a hint of its own.
  const type = next.types.has(before.type) ? undefined : model.types.get(before.type);
  if (type !== undefined && likelyNewType(type, model, next)?.name === after.type) return undefined;
  const allowed = storedTargets(after.type, next);
  if (storedTargets(before.type, model).every((type) => allowed.includes(type))) return undefined;
  return {
    reason: `type changed from ${before.type} to ${after.type}: the stored objects are not of the new type, and their fields are missing`,
    filter: "all",
  };
}

/** The names in DQL of the object types to which a field may lead. */
function storedTargets(name: string, { types, unions }: Model): string[] {
  const named = unions.get(name) ?? [
    name,
    ...[...types.values()].filter(({ interfaces }) => interfaces.includes(name)).map((type) => type.name),
  ];
  return named
    .map((one) => types.get(one))
    .flatMap((type) => (type === undefined || type.isInterface ? [] : [type.stored]));
}

function indexChanges({ path, type, before, after }: Kept): SchemaChange[] {
  const added = after.stored.tokenizers.filter((one) => !before.stored.tokenizers.includes(one));
  const removed = before.stored.tokenizers.filter((one) => !after.stored.tokenizers.includes(one));
  const isId = after.stored.isUpsert && !before.stored.isUpsert;
  const isSearch = before.target === after.target;
  const changes: SchemaChange[] = [];
  if (isId)
    changes.push({
      path: `${path}.@id`,
      grade: "READS_FAIL",
      description: "@id added: where two nodes share a value, reads and adds of this value fail",
      hint: "give each node a value of its own first",
      // DQL cannot count duplicates without listing every value.
      stake: duplicates(type, after.stored),
    });
  if (added.length === 0) return changes;
  const parts = [
    `index added (${added.join(", ")}): Dgraph builds it, and new filters fail until then`,
    ...(removed.length > 0 ? [`index removed (${removed.join(", ")}): its filters are gone`] : []),
  ];
  const suffix = isId ? ".@id" : isSearch ? ".@search" : "";
  changes.push({
    path: `${path}${suffix}`,
    grade: "REINDEX",
    description: parts.join("; "),
    stake: holding(after.stored.predicate),
  });
  return changes;
}

function duplicates({ stored }: StoredType, field: Stored): Stake {
  const { what, query } = isOfLanguage(field) ? holdingAnyLanguage(stored, field) : holding(field.predicate);
  return { what: `${what}: duplicates among them would fail`, query, onlyWithData: true };
}
