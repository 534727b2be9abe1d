import { differencesOfText } from "../differences";
import { retryAfterSeconds } from "../faultKinds";
import { type Expectation, expected } from "./expectations";
import type { Observation, OperationResult } from "./observe";
import type { Row } from "./rows";

/** Lists the differences between an observation and its expectation. Empty if the row passes. */
export function differences(row: Row, seen: Observation): string[] {
  const wanted = expected(row);
  return [
    ...differencesOfRun(row, wanted, seen),
    ...differencesOfNext(wanted, seen),
    ...seen.secrets.map((secret) => `the secret ${secret.slice(0, 12)}… is seen`),
    ...differencesOfText(seen),
    ...(seen.onUsedConnections > 0 ? ["sent on a used connection"] : []),
    // A password that everybody knows is said, or set again.
    ...(seen.isOpen && wanted.warns !== true ? ["everybody can log in as groot"] : []),
  ];
}

/** Until the deadline (5 minutes for a refresh, 2 for the others), with the last look, and a mutation that is not cut off. */
function maxMs({ step, kind }: Row): number {
  const mutationMs = kind.effect.on === "hang" && step.kind === "once" ? 60_000 : 0;
  // What follows a mutation has a deadline of its own.
  return (step.name === "schema refresh" ? 300_000 : 120_000) + mutationMs + 2_000;
}

function differencesOfRun(row: Row, wanted: Expectation, { run, hits, tookMs, sentAt }: Observation): string[] {
  const found: string[] = [];
  if (tookMs > maxMs(row)) found.push(`took ${tookMs / 1_000} s, where ${maxMs(row) / 1_000} s are the most`);
  if (hits === 0) found.push("the fault was never injected");
  if (row.when === "first call" && hits > 1) found.push(`the fault was injected ${hits} times`);
  const { fails } = wanted;
  if (fails === undefined && run.classes.length > 0) found.push(`failed (${run.classes.join(" < ")}): ${run.message}`);
  if (fails !== undefined && !run.classes.includes(fails))
    found.push(`ended with ${run.classes.join(" < ") || "success"}, not ${fails}: ${run.message}`);
  const acts = wanted.acts === "again and again" ? run.acts >= 1 : run.acts === wanted.acts;
  if (!acts) found.push(`${run.acts} mutations acted, not ${wanted.acts}`);
  const left = wanted.recorded === "as before" ? run.same : run.recorded === wanted.recorded;
  if (!left) found.push(`the stack has "${run.recorded}"${run.same ? ", as before" : ""}, not "${wanted.recorded}"`);
  if (wanted.recorded === "unknown" && !run.message.includes(`acceptUnknown: "${run.id ?? ""}"`))
    found.push(`does not say how to accept the unknown outcome: ${run.message}`);
  if (wanted.warns === true && !/could not be (set|sent) again/.test(run.shown)) found.push("does not warn");
  const [first = 0, second = 0] = sentAt;
  const isThrottled = row.kind.name === "429 with Retry-After" && row.when === "first call";
  if (isThrottled && second - first < retryAfterSeconds * 1_000)
    found.push("the retry came before the end of Retry-After");
  return found;
}

function differencesOfNext(wanted: Expectation, { next, accepted, last }: Observation): string[] {
  const found: string[] = [];
  const hasFailed = next.classes.length > 0;
  if (hasFailed !== (wanted.next === "refuses"))
    found.push(
      `the next up ${hasFailed ? `failed: ${next.message}` : "succeeded"}, where "${wanted.next}" was expected`,
    );
  if (next.acts !== wanted.actsNext) found.push(`${next.acts} mutations acted in the next up, not ${wanted.actsNext}`);
  if (["nothing", "refuses"].includes(wanted.next) && next.requests > 0)
    found.push(`the next up made ${next.requests} requests`);
  found.push(...differencesOfEnd(accepted, "the accepting up"));
  if (accepted !== undefined && accepted.acts > 0) found.push("the accepting up has sent the mutation again");
  found.push(...differencesOfEnd(last, "one more up"));
  if (last !== undefined && last.requests > 0) found.push(`one more up made ${last.requests} requests`);
  return found;
}

function differencesOfEnd(end: OperationResult | undefined, what: string): string[] {
  if (end === undefined) return [];
  if (end.classes.length > 0) return [`${what} failed: ${end.message}`];
  return end.recorded === "ready" ? [] : [`${what} left "${end.recorded}"`];
}
