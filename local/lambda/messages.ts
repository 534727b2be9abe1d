/** One lambda call, as Dgraph sends it. */
export interface LambdaCall {
  /** "Query.hello", "User.fullName", or "$webhook". */
  readonly resolver: string;
  /** The objects whose field is resolved; none for a query or a mutation. */
  readonly parents?: readonly Record<string, unknown>[] | null;
  readonly args?: Readonly<Record<string, unknown>> | null;
  readonly authHeader?: { readonly key?: string; readonly value?: string } | null;
  /** Set for a webhook only. */
  readonly event?: Readonly<Record<string, unknown>> | null;
  readonly info?: unknown;
  /** The access token of a Dgraph user, with access control. */
  readonly "X-Dgraph-AccessToken"?: string | null;
}

/** The paths of the database that a script may use. */
export const databasePaths = [
  ...["/graphql", "/query", "/mutate?commitNow=true", "/mutate?commitNow=false"],
] as readonly string[];

/** A request of a script to its database. */
export interface DatabaseRequest {
  /** One of {@link databasePaths}. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Messages from the local cloud to the process of a script. */
export type ToProcess =
  | { readonly kind: "load"; readonly source: string }
  | { readonly kind: "call"; readonly id: number; readonly call: LambdaCall }
  | { readonly kind: "answer"; readonly id: number; readonly text: string }
  | { readonly kind: "refusal"; readonly id: number; readonly message: string };

/** Messages from the process of a script to the local cloud. */
export type FromProcess =
  /** The result of a call, as JSON. */
  | { readonly kind: "result"; readonly id: number; readonly json: string }
  | { readonly kind: "failure"; readonly id: number; readonly message: string }
  | { readonly kind: "request"; readonly id: number; readonly request: DatabaseRequest }
  | { readonly kind: "print"; readonly text: string };
