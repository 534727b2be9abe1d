import { GraphQLError, type GraphQLScalarType, Kind, print } from "graphql";
import type { StoredNode } from "./nodes";
import type { Field } from "./schema/model";
import type { PredicateType } from "./schema/predicates";

/** Reads an Int64. The engine keeps it as a JavaScript number, which is exact up to 2^53. */
function int64Of(value: unknown): number {
  const number = typeof value === "string" && /^[+-]?\d+$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(number)) throw new GraphQLError(`Int64 cannot represent ${String(value)}`);
  if (Number.isSafeInteger(number)) return number as number;
  throw new GraphQLError(
    `Int64 ${String(value)} is too large for the engine in memory (2^53 at most): start the local cloud with --engine dgraph`,
  );
}

/** Reads an Int64 from variables and from a document, and writes it into an answer. */
export const int64Scalar: Pick<GraphQLScalarType, "parseValue" | "parseLiteral" | "serialize"> = {
  parseValue: int64Of,
  serialize: int64Of,
  parseLiteral: (node) => int64Of(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : print(node)),
};

/** Writes a DateTime into an answer. */
export const dateTimeScalar: Pick<GraphQLScalarType, "serialize"> = { serialize: (value) => momentOf(value).text };

const time = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

interface Moment {
  /** In the form of Dgraph's answers. */
  readonly text: string;
  /** Seconds since 1970, for comparisons. */
  readonly seconds: number;
}

/** Reads a DateTime as Dgraph does: RFC 3339, with or without a zone, a day, a month, a year, or seconds since 1970. */
function momentOf(value: unknown): Moment {
  if (Number.isInteger(value)) return momentOf(`${new Date(Number(value) * 1_000).toISOString().slice(0, 19)}Z`);
  const parts = time.exec(String(value));
  if (parts === null)
    throw new GraphQLError(
      `parsing time "${String(value)}": it is not a time in RFC 3339, such as "2006-01-02T15:04:05Z"`,
    );
  const [, year = "", month = "01", day = "01", hour = "00", minute = "00", second = "00", digits = "", zone = "Z"] =
    parts;
  const clock = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const ms = Date.parse(`${clock}${zone === "Z" ? "Z" : zone}`);
  const date = new Date(`${clock}Z`);
  // JavaScript would read February 30 as a day in March.
  if (Number.isNaN(ms) || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== clock)
    throw new GraphQLError(`parsing time "${String(value)}": out of range`);
  const fraction = digits.replace(/0+$/, "").slice(0, 9);
  const shownZone = /^[+-]00:00$/.test(zone) ? "Z" : zone;
  return {
    text: `${clock}${fraction === "" ? "" : `.${fraction}`}${shownZone}`,
    seconds: ms / 1_000 + Number(`0.${fraction || "0"}`),
  };
}

/** A value in the form that is stored. A predicate that a refused update left behind may have another type than the field. */
export function storedValue({ type, stored }: Field, value: unknown): unknown {
  const given = type === "DateTime" && value !== null ? momentOf(value).text : value;
  return stored === undefined || given === null ? given : converted(given, stored.type);
}

/** A value in the form in which two values of a field are compared. */
export function comparable({ type }: Pick<Field, "type">, value: unknown): string | number | boolean {
  if (type === "DateTime") return momentOf(value).seconds;
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

/** The value of a `@default`, for a field without a given value. */
export function defaultValue({ type }: Field, text: string): unknown {
  if (text === "$now") return new Date().toISOString().replace(/\.?0*Z$/, "Z");
  if (type === "Int" || type === "Float" || type === "Int64") return Number(text);
  return type === "Boolean" ? text === "true" : text;
}

/** A stored value that its predicate's type cannot show. Dgraph fails the whole query for it. */
export class UnreadableValue extends GraphQLError {}

/** The values of a field, as Dgraph reads them: converted to the type that the predicate has now. */
export function readValues(
  { values }: StoredNode,
  { predicate, stored }: Pick<Field, "predicate" | "stored">,
): readonly unknown[] {
  const found = valuesOf(values[predicate]);
  if (stored === undefined || found.length === 0) return found;
  // After a refused update, a scalar field may have a predicate with links or with the hashes of passwords.
  if (stored.type === "uid" || stored.type === "password") return [];
  return found.map((value) => converted(value, stored.type));
}

/** A value in the type of a predicate. Data keeps the type that it was written with, so a new type applies when it is read. */
export function converted(value: unknown, type: PredicateType): unknown {
  if (type === "string") return typeof value === "number" ? textOfNumber(value) : String(value);
  if (type === "datetime") return typeof value === "boolean" ? unreadable("Time", value) : readTime(value).text;
  if (typeof value === "object") return value;
  if (type === "bool") return typeof value === "number" ? value !== 0 : boolOf(value);
  if (type === "int") return Math.trunc(typeof value === "number" ? value : numberOf(value, /^[+-]?\d+$/, "Int"));
  if (type === "float")
    return typeof value === "number" ? value : numberOf(value, /^[+-]?(\d|\.\d)[\d.e+-]*$/i, "Float");
  return value;
}

function boolOf(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (/^(1|t|T|TRUE|true|True)$/.test(String(value))) return true;
  return /^(0|f|F|FALSE|false|False)$/.test(String(value)) ? false : unreadable("Bool", value);
}

function numberOf(value: unknown, pattern: RegExp, type: string): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  const text = String(value);
  if (pattern.test(text) && Number.isFinite(Number(text))) return Number(text);
  // A time with its zone was written as DateTime: it reads as seconds since 1970.
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? readTime(text).seconds : unreadable(type, value);
}

function readTime(value: unknown): Moment {
  try {
    return momentOf(value);
  } catch (error) {
    throw new UnreadableValue(error instanceof Error ? error.message : String(error));
  }
}

/** A number as Go prints it. */
function textOfNumber(value: number): string {
  return String(value).replace("e", "E");
}

function unreadable(type: string, value: unknown): never {
  throw new UnreadableValue(`strconv.Parse${type}: parsing ${JSON.stringify(String(value))}: invalid syntax`);
}

/** The values of a predicate as a list, whether it holds one or several. */
export function valuesOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
