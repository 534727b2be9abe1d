/** A condition on one node. */
export type Condition =
  | { readonly is: "has"; readonly predicate: string }
  | { readonly is: "type"; readonly type: string }
  | { readonly is: "eq"; readonly predicate: string; readonly values: readonly (string | number | boolean)[] }
  | { readonly is: "regexp"; readonly predicate: string; readonly pattern: RegExp }
  | { readonly is: "not"; readonly condition: Condition }
  | { readonly is: "and" | "or"; readonly conditions: readonly Condition[] };

/** One block of a query, which counts nodes. */
export interface CountBlock {
  readonly name: string;
  /** Has to hold for a node to be counted. */
  readonly conditions: readonly Condition[];
  readonly groupBy?: string;
  /** The name of the count in the answer. */
  readonly countName: string;
}

/** What a document on `/query` asks for. */
export type DqlRequest =
  | { readonly counts: readonly CountBlock[] }
  | {
      readonly schema: {
        readonly predicates?: readonly string[];
        readonly types?: readonly string[];
        /** The facts to answer; all of them if there are none. */
        readonly facts: readonly string[];
      };
    };
