import { type Row, rows } from "./rows";
import type { StepName } from "./steps";

/** Steps that belong to one resource, so that many of them can fail in one run, each by its own fault. */
const targetable: readonly StepName[] = [
  "create",
  "readiness",
  "update",
  "lambda",
  "delete",
  "listBackups",
  "restore",
  "restoreStatus",
  "schema",
  "drop all",
  "drop types",
  "drop fields",
  "export",
];

/** Why a row of these steps does not run with the engine, which has a process and a clock of its own. */
export const reasons: readonly { readonly because: string; readonly leavesOut: (row: Row) => boolean }[] = [
  {
    because: "the provider is a process of its own, whose network nobody can stand in",
    leavesOut: ({ kind }) => kind.effect.on === "network",
  },
  { because: "a request that hangs takes a minute of real time", leavesOut: ({ kind }) => kind.effect.on === "hang" },
  {
    because: "the list is one for all resources of a run",
    leavesOut: ({ kind }) => kind.family === "duplicates" || kind.family === "lag",
  },
  {
    because: "one provider has one log-in, and the others have e-mail and password",
    leavesOut: ({ kind }) => kind.family === "final",
  },
  {
    because: "what is asked again until a deadline takes that deadline in real time",
    leavesOut: ({ step, kind }) =>
      kind.family === "vanished" &&
      ["readiness", "restoreStatus", "listBackups", "schema", "export"].includes(step.name),
  },
];

/** Many resources in one run are one process in its middle: there the first call and a later one differ for a poll alone. */
const distinct = ({ step, when }: Row): boolean =>
  when === "first call" || (when === "mid-run" && step.kind === "poll");

/** The fifth of the matrix that runs with the real engine: one call of every step that can be targeted, two of a poll. */
export const engineRows: readonly Row[] = rows.filter(
  (row) => distinct(row) && targetable.includes(row.step.name) && !reasons.some(({ leavesOut }) => leavesOut(row)),
);
