import { GraphQLError, type GraphQLScalarType, Kind, print } from "graphql";
import type { Field } from "./schema/model";

/** Reads an Int64. The engine keeps it as a JavaScript number, which is exact up to 2^53. */
function int64Of(value: unknown): number {
  const number = typeof value === "string" && /^[+-]?\d+$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(number)) throw new GraphQLError(`Int64 cannot represent ${String(value)}`);
  if (Number.isSafeInteger(number)) return number as number;
  throw new GraphQLError(
    `Int64 ${String(value)} is too large for the engine in memory (2^53 at most): start the local cloud with --engine dgraph`,
  );
}

/** Reads an Int64 from variables and from a document. */
export const int64Scalar: Pick<GraphQLScalarType, "parseValue" | "parseLiteral"> = {
  parseValue: int64Of,
  parseLiteral: (node) => int64Of(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : print(node)),
};

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

/** A value in the form that is stored. */
export function storedValue({ type }: Field, value: unknown): unknown {
  return type === "DateTime" && value !== null ? momentOf(value).text : value;
}

/** A value in the form in which two values of a field are compared. */
export function comparable({ type }: Field, value: unknown): string | number | boolean {
  if (type === "DateTime") return momentOf(value).seconds;
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

/** The value of a `@default`, for a field without a given value. */
export function defaultValue({ type }: Field, text: string): unknown {
  if (text === "$now") return new Date().toISOString().replace(/\.?0*Z$/, "Z");
  if (type === "Int" || type === "Float" || type === "Int64") return Number(text);
  return type === "Boolean" ? text === "true" : text;
}

/** The values of a predicate as a list, whether it holds one or several. */
export function valuesOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
