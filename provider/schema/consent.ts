import { listOf } from "../errors/text";
import { type Grade, needsConsent, type SchemaChange } from "./grading";
import type { Counted } from "./live";

/** How messages name the grades. */
export const labels: Readonly<Record<Grade, string>> = {
  REFUSED: "refused by Dgraph",
  HIDES_DATA: "hides data",
  READS_FAIL: "reads fail",
  SECURITY: "security",
  REINDEX: "reindex",
  CLIENTS_BREAK: "clients break",
  ADDITIVE: "additive",
};

/** The changes that `allow` must name and does not. */
export function withoutConsent(changes: readonly SchemaChange[], allow: readonly string[] = []): SchemaChange[] {
  return changes.filter(({ grade, path }) => needsConsent(grade) && !allow.includes("*") && !allow.includes(path));
}

/** Paths of `allow` that no change needs: each is a consent to something that nobody plans now. */
export function idleConsent(changes: readonly SchemaChange[], allow: readonly string[] = []): string[] {
  const needed = changes.filter(({ grade }) => needsConsent(grade)).map(({ path }) => path);
  return allow.filter((path) => (path === "*" ? needed.length === 0 : !needed.includes(path)));
}

/** The line for the program that consents to what it consents to already, and to these changes. It can be pasted as it is. */
export function allowLine(changes: readonly SchemaChange[], allow: readonly string[] = []): string {
  const paths = new Set([...allow, ...changes.map(({ path }) => path)]);
  return `allow: [${[...paths].map((path) => JSON.stringify(path)).join(", ")}],`;
}

/** One line for a change: `hides data: User.age: field removed, …`. */
export function lineOf({ grade, path, description }: SchemaChange): string {
  return `${labels[grade]}: ${path}: ${description}`;
}

/** What is at stake, with its number: `at stake: 1,204 nodes that have User.age`; undefined where it is not known. */
export function stakeOf({ change: { stake }, count }: Counted): string | undefined {
  return stake === undefined || count === undefined
    ? undefined
    : `at stake: ${count.toLocaleString("en")} ${count === 1 ? singular(stake.what) : stake.what}`;
}

function singular(what: string): string {
  return what.replace(/^nodes that have/, "node that has").replace(/^nodes/, "node");
}

/** The lines about a change: the change, what is at stake, and the way to avoid it. */
export function linesOf(counted: Counted): string[] {
  return [lineOf(counted.change), stakeOf(counted), counted.change.hint].filter((line) => line !== undefined);
}

/** The line to add, and the other way on. */
export function consentAdvice(changes: readonly SchemaChange[], allow: readonly string[] | undefined): string[] {
  const refused = changes.filter(({ grade }) => grade === "REFUSED").map(({ path }) => path);
  return [
    ...(refused.length === 0
      ? []
      : [`Consent does not make Dgraph accept ${listOf(refused, "and")} where it stores values of the old kind.`]),
    `To agree to ${changes.length === 1 ? "this change" : "these changes"}, ${allow === undefined ? "add this line" : "replace allow by this line"} (in the GraphqlSchema, or in its Environment): ${allowLine(changes, allow)}`,
    "Or undo the change in the schema.",
  ];
}
