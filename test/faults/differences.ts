import { lasts } from "./injectFault";
import type { Expectation } from "./expectation";
import { expected } from "./expectations";
import { namesItsCode } from "../harness/errors";
import { retryAfterSeconds } from "./faultKinds";
import { remedies } from "./remedies";
import type { Row } from "./rows";
import type { Observation, OperationResult } from "./observe";
import { maxMs } from "./timeLimits";

/** What differs from what was expected; empty when all is as it must be. */
export function differences(row: Row, seen: Observation): string[] {
  const wanted = expected(row);
  return [
    ...differencesOfRun(row, wanted, seen),
    ...differencesOfNext(row, wanted, seen),
    ...differencesOfLast(row, seen),
    ...seen.orphans.map((uid) => `orphan ${uid}`),
    ...seen.duplicates.map((name) => `two backends ${name}`),
    ...seen.secrets.map((secret) => `the secret ${secret.slice(0, 12)}… is seen`),
    ...(changesOutside(row) ? [] : [...seen.run.wrongOutputs, ...seen.next.wrongOutputs]).map(
      (name) => `"${name}" in the state is not so`,
    ),
    ...(seen.logged ? [] : ["the debug log does not name the operation"]),
    ...seen.misdirectedTokens.map((address) => `a token was sent to ${address}`),
    ...differencesOfText(seen),
    ...(row.step.operation !== "login" && seen.logins > 2 ? [`${seen.logins} log-ins`] : []),
    ...(["create", "once"].includes(row.step.kind) && seen.onUsedConnections > 0 ? ["sent on a used connection"] : []),
  ];
}

function differencesOfRun(row: Row, wanted: Expectation, { run, hits, sentAt, tookMs }: Observation): string[] {
  const found: string[] = [];
  if (tookMs > maxMs(row)) found.push(`took ${tookMs / 1_000} s, where ${maxMs(row) / 1_000} s are the most`);
  if (hits === 0) found.push("the fault was never injected");
  if (row.when !== "every call" && !lasts(row) && hits > 1) found.push(`the fault was injected ${hits} times`);
  found.push(...differencesOfError(row, wanted, run));
  const acts = wanted.acts === "again and again" ? run.acts >= 1 : run.acts === wanted.acts;
  if (!acts) found.push(`${run.acts} mutations acted, not ${wanted.acts}`);
  const left = wanted.recorded === "as before" ? run.same : run.recorded === wanted.recorded;
  if (!left) found.push(`the stack has "${run.recorded}"${run.same ? ", as before" : ""}, not "${wanted.recorded}"`);
  if (row.step.kind === "once" && mustBeSentOnce(row) && sentAt.length !== 1 + (row.step.skips ?? 0)) {
    found.push(`sent ${sentAt.length} times`);
  }
  if (row.kind.name === "429 with Retry-After" && row.when !== "every call" && !waited(row, sentAt)) {
    found.push("Retry-After was not waited for");
  }
  return found;
}

/** Only a refresh tells the state what somebody else has changed, and only proof that something is gone. */
function changesOutside({ step, kind }: Row): boolean {
  return step.name === "proof" || ["vanished", "renamed", "rotated"].includes(kind.family);
}

/** Whether the failing call was repeated no earlier than the service asked for. */
function waited({ step, when }: Row, sentAt: readonly number[]): boolean {
  const hits = (step.skips ?? 0) + (when === "mid-run" && step.kind === "poll" ? 1 : 0);
  const [first = 0, second = 0] = sentAt.slice(hits);
  return second - first >= retryAfterSeconds * 1_000;
}

/** Rule 10, and what no message may look like. */
function differencesOfText({ run, next, accepted }: Observation): string[] {
  return [run, next, accepted].flatMap((one) => {
    if (one === undefined || one.message === "") return [];
    const [what = "", ...more] = one.message.split("\n");
    const found = [];
    if (!/^\w+ ".+"( \(.+\))? [a-z ]+: ./.test(what)) found.push(`does not begin with what it is about: ${what}`);
    if (more.join("").trim() === "") found.push(`does not say what to do next: ${what}`);
    if (!namesItsCode(one.message)) found.push(`does not say where more is said: ${what}`);
    if (/undefined|\[object|\bNaN\b|^ +at /m.test(one.message)) found.push(`reads badly: ${one.message}`);
    return found;
  });
}

/** Whatever may have been carried out is never sent again by itself. */
function mustBeSentOnce({ kind }: Row): boolean {
  return !["unsent", "nothing there", "throttled", "unauthorized", "rotated"].includes(kind.family);
}

function differencesOfError(row: Row, { fails }: Expectation, run: OperationResult): string[] {
  if (fails === undefined)
    return run.classes.length === 0 ? [] : [`failed (${run.classes.join(" < ")}): ${run.message}`];
  if (!run.classes.includes(fails))
    return [`ended with ${run.classes.join(" < ") || "success"}, not ${fails}: ${run.message}`];
  return remedies(row, fails, run)
    .filter((remedy) => !run.message.includes(remedy))
    .map((remedy) => `does not say "${remedy}": ${run.message}`);
}

function differencesOfNext(row: Row, wanted: Expectation, { next, accepted, forgotten }: Observation): string[] {
  const found: string[] = [];
  const failed = next.classes.length > 0;
  if (failed !== ["refuses", "fails", "names it"].includes(wanted.next)) {
    found.push(`the next up ${failed ? `failed: ${next.message}` : "succeeded"}, where "${wanted.next}" was expected`);
  }
  if (next.acts !== wanted.actsNext) found.push(`${next.acts} mutations acted in the next up, not ${wanted.actsNext}`);
  if ((wanted.next === "nothing" || wanted.next === "refuses") && next.requests > 0) {
    found.push(`the next up made ${next.requests} requests`);
  }
  if (wanted.next === "refuses" && !next.message.includes("acceptUnknown")) found.push("the next up names no way on");
  if (forgotten === false) found.push("a refresh does not forget what has vanished");
  if (wanted.next === "names it" && !/adoptUid: "0x[0-9a-f]+" or adoptExisting: true/.test(next.message)) {
    found.push(`the next up does not name it: ${next.message}`);
  }
  if (!failed && next.recorded !== (row.step.asks === "deleteDeployment" ? "nothing" : "ready")) {
    found.push(`after the next up the stack has "${next.recorded}"`);
  }
  return [...found, ...(row.kind.family === "vanished" ? [] : differencesOfAcceptance(accepted))];
}

/** Once all is well, an up does nothing. */
function differencesOfLast({ step }: Row, { last }: Observation): string[] {
  // A delete that is done is not asked for once more: the engine has nothing left to delete.
  if (last === undefined || step.asks === "deleteDeployment") return [];
  return last.classes.length === 0 && last.requests === 0 && last.same
    ? []
    : [`one more up made ${last.requests} requests: ${last.message}`];
}

function differencesOfAcceptance(accepted: OperationResult | undefined): string[] {
  if (accepted === undefined) return [];
  if (accepted.classes.length > 0) return [`what the user accepts fails: ${accepted.message}`];
  if (accepted.acts > 0) return ["what the user accepts is sent again"];
  return accepted.recorded === "ready" ? [] : [`what the user accepts is "${accepted.recorded}"`];
}
