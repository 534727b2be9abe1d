import { answerTimeMs } from "./injectFault";
import type { Row } from "./rows";

/** Whether nothing ever answers at the endpoint. A backend's address is tried for longer, since it may be new. */
export function failsFast({ step, kind, when }: Row): boolean {
  return kind.family === "nothing there" && step.plane === "control" && when === "every call";
}

/**
 * How long a run may take: until its deadline, with a last look, and what docs/decisions/0004-retries.md excepts. The deadline of a
 * refresh is 5 minutes, every other one of the matrix 2.
 */
export function maxMs(row: Row): number {
  const { step, kind } = row;
  // Before the search and the proof, a mutation has used its own time limit.
  if (failsFast(row) && !["search", "proof"].includes(step.name)) return failFastMs;
  const deadlineMs = step.name === "refresh" || step.name === "schema refresh" ? 300_000 : 120_000;
  // A mutation is not cancelled at the deadline, since its outcome would be unknown.
  const mutationMs = kind.effect.on === "hang" && (step.kind === "create" || step.kind === "once") ? 60_000 : 0;
  const searchMs = step.kind === "create" || step.name === "search" ? 30_000 : 0;
  // The virtual clock adds up what slow answers take that come at the same time.
  const slowMs = step.name === "probe" && kind.family === "slow" ? (probedTogether - 1) * answerTimeMs : 0;
  return deadlineMs + lastLookMs + mutationMs + searchMs + slowMs;
}

/** How many requests the probe for a running restore sends together. */
export const probedTogether = 5;

const failFastMs = 16_000;
const lastLookMs = 1_000;
