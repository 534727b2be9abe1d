import type { EngineResult } from "./engineRun";
import { expected } from "./expectations";
import type { Part } from "./programParts";
import { remedies } from "./remedies";
import { namesItsCode } from "../harness/errors";

/** Lists the differences between the engine's result for a row and its expectation. Empty if the row passes. */
export function engineDifferences(
  { row }: Part,
  before: EngineResult | undefined,
  run: EngineResult,
  next: EngineResult,
): string[] {
  const wanted = expected(row);
  const found: string[] = [];
  if (run.hits !== 1) found.push(`the fault was injected ${run.hits} times`);
  if (failed(run) !== (wanted.fails !== undefined))
    found.push(`ended with "${run.message}", not ${wanted.fails ?? "well"}`);
  const missing = wanted.fails === undefined ? [] : remedies(row, wanted.fails, run);
  for (const remedy of missing.filter((one) => !run.message.includes(one))) {
    found.push(`does not say "${remedy}": ${run.message}`);
  }
  for (const { message } of [run, next].filter(failed)) {
    if (!namesItsCode(message)) found.push(`does not say where more is said: ${message}`);
  }
  if (run.acts !== wanted.acts) found.push(`${run.acts} mutations acted, not ${wanted.acts}`);
  const left =
    wanted.recorded === "as before" ? before !== undefined && isSame(before, run) : run.recorded === wanted.recorded;
  if (!left) found.push(`the state has "${run.recorded}", not "${wanted.recorded}"`);
  if (failed(next) !== ["refuses", "fails", "names it"].includes(wanted.next)) {
    found.push(`the next up ends with "${next.message}", where "${wanted.next}" was expected`);
  }
  if (wanted.next === "refuses" && !next.message.includes(`acceptUnknown: "${next.id ?? ""}"`)) {
    found.push(`the next up names no way on: ${next.message}`);
  }
  const actsNext = row.step.asks === "createDeployment" ? wanted.actsNext + run.acts : wanted.actsNext;
  if (next.acts !== actsNext) found.push(`${next.acts} mutations acted in the next up, not ${actsNext}`);
  return found;
}

export function failed({ message }: EngineResult): boolean {
  return message.includes("error: ");
}

/** Compares two states, except for the age, which the test changes, and for secrets, which are encrypted differently each time. */
function isSame(before: EngineResult, after: EngineResult): boolean {
  const values = ({ id, outputs }: EngineResult): string =>
    JSON.stringify([id, outputs["name"], outputs["lambdaScript"], outputs["schema"], outputs["__state"]]).replace(
      /"incarnation\\":\\"[^"]*"/,
      "",
    );
  return values(before) === values(after);
}
