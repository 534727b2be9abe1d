import { type Row, rows } from "./rows";
import type { StepName } from "./steps";

/** Steps of a single resource, so that many of them can fail in one run, each with its own fault. */
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
  "live schema",
  "schema update",
  "first schema",
  "schema check",
];

/** Reasons why a row of these steps cannot run with the engine, which has its own process and clock. */
export const reasons: readonly { readonly because: string; readonly leavesOut: (row: Row) => boolean }[] = [
  {
    because: "the provider is a separate process, whose network cannot be intercepted",
    leavesOut: ({ kind }) => kind.effect.on === "network",
  },
  { because: "a request that hangs takes a minute of real time", leavesOut: ({ kind }) => kind.effect.on === "hang" },
  {
    because: "all resources of a run share one list",
    leavesOut: ({ kind }) => kind.family === "duplicates" || kind.family === "lag",
  },
  {
    because: "all rows share one provider, which logs in with e-mail and password",
    leavesOut: ({ kind }) => kind.family === "final",
  },
  {
    because: "what happens to a schema at this moment needs the virtual clock",
    leavesOut: ({ kind }) => ["replaced", "restoring", "late", "half-applied", "stuck"].includes(kind.family),
  },
  {
    because: "retries until a deadline take that time in reality",
    leavesOut: ({ step, kind }) =>
      kind.family === "vanished" &&
      [
        ...["readiness", "restoreStatus", "listBackups", "schema", "export"],
        ...["live schema", "schema update", "first schema", "schema check"],
      ].includes(step.name),
  },
];

/** With many resources in one process, the first call differs from a later one only for a poll. */
const distinct = ({ step, when }: Row): boolean =>
  when === "first call" || (when === "mid-run" && step.kind === "poll");

/** The rows that run with the real engine, a fifth of the matrix: one call of every targetable step, two of a poll. */
export const engineRows: readonly Row[] = rows.filter(
  (row) => distinct(row) && targetable.includes(row.step.name) && !reasons.some(({ leavesOut }) => leavesOut(row)),
);
