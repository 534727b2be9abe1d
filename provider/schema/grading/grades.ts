import type { SchemaChange as PublicChange, SchemaGrade } from "../../types";

/** What a change of a schema does, the worst first. */
export const grades = [
  "REFUSED",
  "HIDES_DATA",
  "READS_FAIL",
  "SECURITY",
  "REINDEX",
  "CLIENTS_BREAK",
  "ADDITIVE",
] as const satisfies readonly SchemaGrade[];

export type Grade = SchemaGrade;

/** What is at stake in the database, as a count in DQL. */
export interface Stake {
  /** What is counted, as the end of a sentence: "nodes that have User.age". */
  readonly what: string;
  /** Asked in DQL inside `{ q(QUERY) { count(uid) } }`: `func: has(User.age)`. */
  readonly query: string;
  /** Set for a grade that holds only when the count is above 0. */
  readonly onlyWithData?: boolean;
}

/** One change between two schemas, with what its messages need. Paths: "Order", "User.email", "Color.GREEN", "User.@auth", "Dgraph.Authorization". */
export interface SchemaChange extends PublicChange {
  /** How to keep the data, or how to avoid the grade. */
  readonly hint?: string;
  readonly stake?: Stake;
  /** Set when the change is also one of security, which needs consent even where the stake counts 0. */
  readonly alsoSecurity?: true;
  /** What Dgraph refuses to store in another way, for a change that it refuses. */
  readonly predicate?: string;
}

/** Whether changes of a grade need the user's consent. */
export function needsConsent(grade: Grade): boolean {
  return grades.indexOf(grade) <= grades.indexOf("SECURITY");
}
