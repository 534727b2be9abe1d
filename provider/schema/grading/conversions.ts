import { quoted } from "./dql";

/** Which stored values cannot be read as another type: a filter in DQL, "all" values, or none. */
export type Unreadable = string | undefined;

const booleans = "/^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/";
const floats = "/^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$/";
// Dgraph reads a date of any precision, but GraphQL takes whole ones only after Dgraph has completed them.
const dates =
  "/^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[-+][0-9]{2}:[0-9]{2})?)?)?)?$/";

/** The conversions that Dgraph makes whenever it reads a value, from each stored type to others. */
const readable: Readonly<Record<string, readonly string[]>> = {
  int: ["float", "string", "bool", "datetime"],
  float: ["int", "string", "bool", "datetime"],
  bool: ["int", "float", "string"],
  datetime: ["int", "float", "string"],
  geo: ["string"],
};

/** What cannot be read after a predicate with values of one scalar type became another scalar type. */
export function unreadable(from: string, to: string, predicate: string, gqlType: string): Unreadable {
  if (from === to) return undefined;
  if (readable[from]?.includes(to) === true) return undefined;
  if (from !== "string") return "all";
  const name = quoted(predicate);
  const pattern = patternOf(to, gqlType);
  return pattern === undefined ? "all" : `NOT regexp(${name}, ${pattern})`;
}

/** The strings that Dgraph and GraphQL read as a value of a type. */
function patternOf(to: string, gqlType: string): string | undefined {
  // More digits may be too large for the type, and the query would fail.
  if (to === "int") return `/^[-+]?[0-9]{1,${gqlType === "Int" ? 9 : 18}}$/`;
  if (to === "float") return floats;
  if (to === "bool") return booleans;
  return to === "datetime" ? dates : undefined;
}
