import type { Fault } from "dgraphcloud-local";
import type { NetworkFailure } from "./network";
import type { Step } from "./steps";

/** How the retry rules classify a fault, independent of its form. */
export type Family =
  /** The request was provably not sent. */
  | "unsent"
  /** Not sent, since nothing answers at the address. At the endpoint, this fails early. */
  | "nothing there"
  /** Refused with HTTP 429. */
  | "throttled"
  /** No answer, so it is unknown whether the request acted. */
  | "lost"
  /** An unreadable answer, which counts as none. */
  | "unreadable"
  /** JSON that does not match the API. */
  | "misshapen"
  /** Errors instead of data. */
  | "complaint"
  /** Errors beside valid data. */
  | "beside"
  /** Errors beside invalid data. */
  | "garbled"
  /** A late answer. */
  | "slow"
  /** The session or the token is refused. */
  | "unauthorized"
  /** The user's own token is refused, so that no log-in can renew it. */
  | "final"
  /** Something outside of the stack changes the cloud at this moment. */
  | "vanished"
  | "renamed"
  | "rotated"
  /** The list is wrong. */
  | "duplicates"
  | "lag"
  /** Somebody else sets another schema at this moment, which has one type more. */
  | "replaced"
  /** Somebody else begins a restore at this moment. */
  | "restoring"
  /** Dgraph does nothing, and may do it later. */
  | "busy"
  /** The text of an update is live only after a while. */
  | "late"
  /** Dgraph saves the text of an update and refuses its predicates. */
  | "half-applied"
  /** So does Dgraph with the schema that is sent to undo that. */
  | "stuck";

/** One fault of the matrix. */
export interface FaultKind {
  readonly name: string;
  readonly family: Family;
  /** Whether the request acts in spite of the fault. */
  readonly acted: boolean;
  /** How the service refuses a session. */
  readonly form?: "null" | "401" | "errors";
  /** False if a renewed token is refused, too. */
  readonly passes?: boolean;
  readonly effect: Effect;
}

/** How the fault is injected. `words` contains every secret of the row, as a careless service could repeat them. */
export type Effect =
  | { readonly on: "network"; readonly failure: NetworkFailure }
  | { readonly on: "answer"; readonly fault: (step: Step, words: string) => Fault }
  | { readonly on: "hang" }
  | { readonly on: "outside"; readonly change: OutsideChange };

export type OutsideChange =
  "vanish" | "rename" | "rotate" | "pass" | "replace schema" | "restore" | "make list" | "make lists";

const answer = (fault: (step: Step, words: string) => Fault): Effect => ({ on: "answer", fault });

/** Two faults: before and after the request acts. */
function both(name: string, family: Family, effect: (acted: boolean) => Effect): FaultKind[] {
  return [false, true].map((acted) => ({
    name: `${name} ${acted ? "after" : "before"} it acted`,
    family,
    acted,
    effect: effect(acted),
  }));
}

const status = (code: number, acted: boolean, retryAfter?: string): Effect =>
  answer((_, words) => ({
    kind: "status",
    status: code,
    acted,
    body: `<html>${words}</html>`,
    ...(retryAfter !== undefined && { retryAfter }),
  }));

const body = (text: string, acted: boolean): Effect =>
  answer((_, words) => ({ kind: "body", body: text.replace("…", words), acted }));

const unsent = (name: string, family: Family, failure: NetworkFailure): FaultKind => ({
  name,
  family,
  acted: false,
  effect: { on: "network", failure },
});

const throttled = (name: string, retryAfter?: string): FaultKind => ({
  name,
  family: "throttled",
  acted: false,
  effect: status(429, false, retryAfter),
});

const unauthorized = (form: "null" | "401" | "errors", passes: boolean): FaultKind => ({
  name: `token ${passes ? "expired once" : "expired for good"} (${form})`,
  family: "unauthorized",
  acted: false,
  form,
  passes,
  effect: answer(() => ({ kind: "unauthorized", as: form })),
});

const final = (form: "null" | "401" | "errors"): FaultKind => ({
  name: `token of the user's own turned away (${form})`,
  family: "final",
  acted: false,
  form,
  effect: answer(() => ({ kind: "unauthorized", as: form })),
});

const outside = (name: string, family: Family, change: OutsideChange): FaultKind => ({
  name,
  family,
  acted: false,
  effect: { on: "outside", change },
});

export const retryAfterSeconds = 7;

export const faultKinds: readonly FaultKind[] = [
  unsent("connection refused", "nothing there", "refused"),
  unsent("DNS failure", "nothing there", "dns"),
  unsent("TLS failure", "unsent", "tls"),
  ...both("reset", "lost", (acted) => answer(() => ({ kind: "reset", acted }))),
  ...both("hang", "lost", () => ({ on: "hang" })),
  { name: "slow answer", family: "slow", acted: true, effect: { on: "outside", change: "pass" } },
  throttled("429"),
  throttled("429 with Retry-After", String(retryAfterSeconds)),
  ...[500, 502, 503].flatMap((code) => both(`HTTP ${code}`, "lost", (acted) => status(code, acted))),
  ...both("HTML body", "unreadable", (acted) => body("<html><body>…</body></html>", acted)),
  ...both("empty body", "unreadable", (acted) => body("", acted)),
  ...both("cut-off JSON", "unreadable", (acted) => answer(() => ({ kind: "cut-off", acted }))),
  ...both("wrong shape", "misshapen", (acted) =>
    answer(({ operation }, words) => ({ kind: "data", data: misshapen(operation, words), acted })),
  ),
  {
    name: "200 with errors",
    family: "complaint",
    acted: false,
    effect: answer((_, words) => ({ kind: "errors", messages: [complaint, words], acted: false })),
  },
  {
    name: "200 with data and errors",
    family: "beside",
    acted: true,
    effect: answer((_, words) => ({ kind: "errors", messages: [complaint, words], acted: true, withData: true })),
  },
  ...both("200 with unusable data and errors", "garbled", (acted) =>
    answer(({ operation }, words) => ({
      kind: "body",
      body: JSON.stringify({ data: misshapen(operation, words), errors: [{ message: complaint }, { message: words }] }),
      acted,
    })),
  ),
  {
    name: "payload errors",
    family: "complaint",
    acted: false,
    effect: answer(({ operation }, words) => ({
      kind: "data",
      data: { [operation]: { response: null, errors: [{ message: complaint }, { message: words }] } },
      acted: false,
    })),
  },
  ...(["null", "401", "errors"] as const).map((form) => unauthorized(form, true)),
  ...(["null", "401", "errors"] as const).map((form) => unauthorized(form, false)),
  ...(["null", "401", "errors"] as const).map(final),
  outside("backend vanished", "vanished", "vanish"),
  outside("backend renamed", "renamed", "rename"),
  outside("token rotated", "rotated", "rotate"),
  {
    name: "list with duplicates",
    family: "duplicates",
    acted: true,
    effect: answer(() => ({ kind: "duplicates" })),
  },
  {
    name: "list lags behind a create",
    family: "lag",
    acted: true,
    // Longer than the polls of a refresh or a delete are apart, and a little shorter than the search for a lost create.
    effect: answer(({ name }) => ({ kind: "lag", ms: name === "refresh" || name === "proof" ? 290_000 : 28_000 })),
  },
  outside("schema replaced by hand", "replaced", "replace schema"),
  outside("restore begins", "restoring", "restore"),
  {
    name: "indexes are being built",
    family: "busy",
    acted: false,
    effect: answer((_, words) => ({ kind: "errors", messages: [indexing, words], acted: false })),
  },
  {
    name: "text is late",
    family: "late",
    acted: true,
    effect: answer(() => ({ kind: "lag", ms: 20_000 })),
  },
  // Dgraph itself refuses the update then: a list of its own never becomes a single value again.
  outside("half-applied", "half-applied", "make list"),
  outside("half-applied without a way back", "stuck", "make lists"),
];

/** What Dgraph answers to a schema while it builds indexes. */
export const indexing = "resolving updateGQLSchema failed because errIndexingInProgress. Please retry";

/** The service's error message, which does not suggest that anything acted. */
export const complaint = "the zone is full";

/** An answer of the right operation in a wrong shape. */
export function misshapen(operation: string, words: string): unknown {
  const wrong: Readonly<Record<string, unknown>> = {
    login: { token: [words] },
    deployments: [{ uid: 66, name: words }],
    createDeployment: { name: words },
    updateDeployment: { said: words },
    updateLambda: { said: words },
    deleteDeployment: { said: words },
    listBackups: { response: [{ folder: words }] },
    restore: { response: { restoreId: words } },
    restoreStatus: { response: { status: words } },
    getGQLSchema: { schema: [words] },
    updateGQLSchema: { gqlSchema: { schema: [words] } },
    dropData: { response: words },
    export: { signedUrls: words },
    state: { cid: [words] },
    updateUser: words,
    backup: { taskId: [words] },
  };
  // The answers of a cluster to these have no field of the operation.
  if (operation === "alter" || operation === "mutate") return { code: [words] };
  // The answer to DQL has the names of its blocks instead.
  if (operation === "query") return { schema: [words], c0: words };
  return { [operation]: wrong[operation] };
}
