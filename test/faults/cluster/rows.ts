import { type FaultKind, faultKinds } from "../faultKinds";
import { type Step, steps } from "./steps";

/** Which calls of the operation fail: the first one of the step, or it and all later ones. */
export const whens = ["first call", "every call"] as const;
export type When = (typeof whens)[number];

/** One combination of the matrix. */
export interface Row {
  readonly step: Step;
  readonly kind: FaultKind;
  readonly when: When;
}

/** What can go wrong at a cluster. The other kinds are about the list, the sessions and the backends of an account. */
const families = [
  ...["unsent", "nothing there", "throttled", "lost", "unreadable", "misshapen", "complaint", "beside", "garbled"],
  ...["slow", "unauthorized"],
];
const isOfClusters = ({ family, effect, form, name }: FaultKind): boolean =>
  families.includes(family) &&
  // The address of the world is plain http.
  !(effect.on === "network" && effect.failure === "tls") &&
  // A cluster refuses a token with errors, and a gateway with a status.
  form !== "null" &&
  name !== "payload errors";

/** Requests without a body and without a token: Alpha answers them with a list, or with nothing. */
const isOfHealth = ({ operation }: Step): boolean => operation === "live" || operation === "health";

interface Rule {
  readonly because: string;
  readonly leavesOut: (row: Row) => boolean;
}

/** Rules that leave out combinations without meaning. */
export const rules: readonly Rule[] = [
  {
    because: "a look changes nothing, so before and after it acted are the same",
    leavesOut: ({ step, kind }) =>
      ["look", "poll"].includes(step.kind) &&
      kind.acted &&
      ["lost", "unreadable", "misshapen", "garbled"].includes(kind.family),
  },
  {
    because: "where every call fails, one form of each failure is enough",
    leavesOut: ({ kind, when }) =>
      when === "every call" && /^(HTTP 50[02]|empty body|cut-off JSON|DNS failure|429 with)/.test(kind.name),
  },
  {
    because: "expired once means one call, and expired for good means every call",
    leavesOut: ({ kind, when }) => kind.family === "unauthorized" && (kind.passes === true) === (when === "every call"),
  },
  {
    because: "health has no errors, and needs no token",
    leavesOut: ({ step, kind }) =>
      isOfHealth(step) && ["complaint", "beside", "garbled", "unauthorized"].includes(kind.family),
  },
  {
    because: "the text of GET /health is not read",
    leavesOut: ({ step, kind }) => step.operation === "health" && ["unreadable", "misshapen"].includes(kind.family),
  },
  {
    because: "a log-in carries no token",
    leavesOut: ({ step, kind }) => step.operation === "login" && kind.family === "unauthorized",
  },
];

export const rows: readonly Row[] = steps.flatMap((step) =>
  faultKinds
    .filter(isOfClusters)
    .flatMap((kind) => whens.map((when): Row => ({ step, kind, when })))
    .filter((row) => !rules.some(({ leavesOut }) => leavesOut(row))),
);

export function titleOf({ kind, when }: Row): string {
  return `${kind.name}, ${when}`;
}
