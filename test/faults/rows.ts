import { type FaultKind, faultKinds } from "./faultKinds";
import { schemaSteps, type Step, type StepName, steps } from "./steps";

/** Which calls of the operation fail: the first one of a process, a later one, or all. */
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

/** Rules that leave out combinations without meaning. */
export const rules: readonly Rule[] = [
  {
    because: "a query changes nothing, so before and after it acted are the same",
    leavesOut: ({ step, kind }) =>
      (step.kind === "query" || step.kind === "poll") &&
      kind.acted &&
      ["lost", "unreadable", "misshapen", "garbled"].includes(kind.family),
  },
  {
    because: "OPTIONS has no body that could be wrong, and carries no token",
    leavesOut: ({ step, kind }) =>
      step.name === "readiness" &&
      ["unreadable", "misshapen", "complaint", "beside", "garbled", "unauthorized"].includes(kind.family),
  },
  {
    because: "a new backend of the local cloud has a loopback address with plain http",
    leavesOut: ({ step, kind }) => step.name === "readiness" && kind.name === "TLS failure",
  },
  {
    because: "only restore and listBackups have errors inside the field",
    leavesOut: ({ step, kind }) =>
      kind.name === "payload errors" && step.operation !== "restore" && step.operation !== "listBackups",
  },
  {
    because: "the log-in carries no token that could expire",
    leavesOut: ({ step, kind }) =>
      step.name === "log-in" && (kind.family === "unauthorized" || kind.family === "final"),
  },
  {
    because: "a backend uses its own token, independent of the log-in",
    leavesOut: ({ step, kind }) => step.plane === "data" && kind.family === "final",
  },
  {
    because: "only the control plane answers a bad session with null; a backend refuses a token by the HTTP status",
    leavesOut: ({ step, kind }) => step.plane === "data" && kind.form === "null",
  },
  {
    because: "expired once means one call, and expired for good means every call",
    leavesOut: ({ kind, when }) => kind.family === "unauthorized" && (kind.passes === true) === (when === "every call"),
  },
  {
    because: "without a known backend, none can vanish or change its name or token",
    leavesOut: ({ step, kind }) =>
      hasNoBackend.includes(step.name) && ["vanished", "renamed", "rotated"].includes(kind.family),
  },
  {
    because: "other tests show that confirm refuses a missing or renamed backend",
    leavesOut: ({ step, kind }) => step.name === "confirm" && (kind.family === "vanished" || kind.family === "renamed"),
  },
  {
    because: "a backend vanishes or is renamed only once",
    leavesOut: ({ kind, when }) => (kind.family === "vanished" || kind.family === "renamed") && when === "every call",
  },
  {
    because: "the control plane and OPTIONS do not check a backend's token, so one change is enough",
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
  {
    because: "only what sends or reads a schema can meet another one, or a restore that waits for nobody",
    leavesOut: ({ step, kind }) => ["replaced", "restoring"].includes(kind.family) && !schemaSteps.includes(step.name),
  },
  {
    because: "only the update of a schema meets indexes that are being built, or is half-applied",
    leavesOut: ({ step, kind }) => ["busy", "half-applied", "stuck"].includes(kind.family) && !isUpdate(step.name),
  },
  {
    because: "only the check after an update can be answered with the text from before",
    leavesOut: ({ step, kind }) => kind.family === "late" && step.name !== "schema check",
  },
  {
    because: "there is no schema from before to return to",
    leavesOut: ({ step, kind }) => step.name === "first schema" && ["half-applied", "stuck"].includes(kind.family),
  },
  {
    because: "what somebody else changes at this moment is changed once",
    leavesOut: ({ kind, when }) =>
      ["replaced", "restoring", "half-applied", "stuck"].includes(kind.family) && when === "every call",
  },
  {
    because: "an update counts once, and later requests of the operation are those of the check after it",
    leavesOut: ({ step, when }) => step.name === "counts" && when === "every call",
  },
  {
    because: "the steps live schema, schema update and schema refresh show what differs in mid-run",
    leavesOut: ({ step, when }) =>
      when === "mid-run" && ["predicates", "counts", "first schema", "schema check"].includes(step.name),
  },
];

function isUpdate(name: StepName): boolean {
  return name === "schema update" || name === "first schema";
}

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
