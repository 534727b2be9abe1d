import { type FaultKind, faultKinds } from "./faultKinds";
import { type Step, steps } from "./steps";

/** Which of the operation's calls the fault strikes: in a process that has done nothing yet, in one that has, or all. */
export type When = "first call" | "mid-run" | "every call";
export const whens: readonly When[] = ["first call", "mid-run", "every call"];

/** One combination of the matrix. */
export interface Row {
  readonly step: Step;
  readonly kind: FaultKind;
  readonly when: When;
}

interface Rule {
  readonly because: string;
  readonly leavesOut: (row: Row) => boolean;
}

const hasNoBackend = ["log-in", "list", "create", "search", "proof"];

/** Combinations that make no sense, by rule. */
export const rules: readonly Rule[] = [
  {
    because: "a question changes nothing, so that before and after it acted are the same",
    leavesOut: ({ step, kind }) =>
      (step.kind === "query" || step.kind === "poll") &&
      kind.acted &&
      ["lost", "unreadable", "misshapen", "garbled"].includes(kind.family),
  },
  {
    because: "OPTIONS answers with its status alone: there is no body to spoil, and it carries no token",
    leavesOut: ({ step, kind }) =>
      step.name === "readiness" &&
      ["unreadable", "misshapen", "complaint", "beside", "garbled", "unauthorized"].includes(kind.family),
  },
  {
    because: "a new backend of the local cloud has a loopback address, which is plain http",
    leavesOut: ({ step, kind }) => step.name === "readiness" && kind.name === "TLS failure",
  },
  {
    because: "the API knows errors inside the field for restore and listBackups alone",
    leavesOut: ({ step, kind }) =>
      kind.name === "payload errors" && step.operation !== "restore" && step.operation !== "listBackups",
  },
  {
    because: "the log-in carries no token that could expire",
    leavesOut: ({ step, kind }) =>
      step.name === "log-in" && (kind.family === "unauthorized" || kind.family === "final"),
  },
  {
    because: "a backend takes its own token, whoever has logged in",
    leavesOut: ({ step, kind }) => step.plane === "data" && kind.family === "final",
  },
  {
    because: "null for a bad session is what the control plane says; a backend turns a token away by the HTTP status",
    leavesOut: ({ step, kind }) => step.plane === "data" && kind.form === "null",
  },
  {
    because: "expired once is one call, and expired for good is every call",
    leavesOut: ({ kind, when }) => kind.family === "unauthorized" && (kind.passes === true) === (when === "every call"),
  },
  {
    because: "a backend that is not there, or that nobody knows, cannot vanish, change its name or its token",
    leavesOut: ({ step, kind }) =>
      hasNoBackend.includes(step.name) && ["vanished", "renamed", "rotated"].includes(kind.family),
  },
  {
    because: "confirm looks for the very name and the very backend: that a mismatch is refused has tests of its own",
    leavesOut: ({ step, kind }) => step.name === "confirm" && (kind.family === "vanished" || kind.family === "renamed"),
  },
  {
    because: "it vanishes, or gets its other name, once",
    leavesOut: ({ kind, when }) => (kind.family === "vanished" || kind.family === "renamed") && when === "every call",
  },
  {
    because: "the control plane and OPTIONS do not look at a backend's token, so that one change shows all",
    leavesOut: ({ step, kind, when }) =>
      kind.family === "rotated" && when === "every call" && (step.plane === "control" || step.name === "readiness"),
  },
  {
    because:
      "only who asks for the list can be told a wrong one: before a create, after a lost create or delete, and in a refresh",
    leavesOut: ({ step, kind }) =>
      (kind.family === "duplicates" || kind.family === "lag") &&
      !["list", "create", "refresh", "proof"].includes(step.name),
  },
];

const all: readonly Row[] = steps.flatMap((step) =>
  faultKinds.flatMap((kind) => whens.map((when): Row => ({ step, kind, when }))),
);

export const rows: readonly Row[] = all.filter((row) => !rules.some(({ leavesOut }) => leavesOut(row)));

/** How many combinations each rule leaves out. */
export function leftOutBy(): { readonly because: string; readonly combinations: number }[] {
  return rules.map(({ because, leavesOut }) => ({ because, combinations: all.filter(leavesOut).length }));
}

export function titleOf({ step, kind, when }: Row): string {
  return `${step.name}: ${kind.name}, ${when}`;
}
