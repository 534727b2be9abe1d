import type { Fault } from "dgraphcloud-local";
import type { NetworkFailure } from "./network";
import type { Step } from "./steps";

/** What a fault is by the rules of the house, whatever it looks like on the wire. */
export type Family =
  /** The request provably never left. */
  | "unsent"
  /** The same, since there is nothing at the address: at the endpoint, which the user chose, that is soon given up. */
  | "nothing there"
  /** Refused with HTTP 429. */
  | "throttled"
  /** No answer: whether it acted, nobody can tell. */
  | "lost"
  /** An answer came and cannot be read: as good as none. */
  | "unreadable"
  /** JSON, but not what this API answers. */
  | "misshapen"
  /** A complaint instead of an answer. */
  | "complaint"
  /** A complaint beside the true answer. */
  | "beside"
  /** A complaint beside something that is not the answer. */
  | "garbled"
  /** The answer, late. */
  | "slow"
  /** The session or the token is turned away. */
  | "unauthorized"
  /** The same, where there is no log-in that could be repeated: the user gave a token. */
  | "final"
  /** Something else changes the cloud at this moment. */
  | "vanished"
  | "renamed"
  | "rotated"
  /** The list is not what it should be. */
  | "duplicates"
  | "lag";

/** A fault as a row has it. */
export interface FaultKind {
  readonly name: string;
  readonly family: Family;
  /** Whether the request is carried out all the same. */
  readonly acted: boolean;
  /** How the service turns a session away. */
  readonly form?: "null" | "401" | "errors";
  /** False when a token that is renewed is turned away as well. */
  readonly passes?: boolean;
  readonly effect: Effect;
}

/** How it is brought about. `words` hold every secret of the row, as a careless service might say them. */
export type Effect =
  | { readonly on: "network"; readonly failure: NetworkFailure }
  | { readonly on: "answer"; readonly fault: (step: Step, words: string) => Fault }
  | { readonly on: "hang" }
  | { readonly on: "outside"; readonly change: "vanish" | "rename" | "rotate" | "pass" };

const answer = (fault: (step: Step, words: string) => Fault): Effect => ({ on: "answer", fault });

/** The same before and after the request is carried out. */
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

const outside = (name: string, family: Family, change: "vanish" | "rename" | "rotate"): FaultKind => ({
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
    // Longer than any looks of a refresh or a delete are apart, and a little shorter than a lost create is looked for.
    effect: answer(({ name }) => ({ kind: "lag", ms: name === "refresh" || name === "proof" ? 290_000 : 28_000 })),
  },
];

/** What the service says in its complaints: nothing that hints at work that was begun. */
export const complaint = "the zone is full";

/** An answer of the right operation that is not what this API is known to give. */
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
    dropData: { response: words },
    export: { signedUrls: words },
  };
  return { [operation]: wrong[operation] };
}
