import { lasts } from "./injectFault";
import type { Expectation } from "./expectation";
import { expected } from "./expectations";
import { namesItsCode } from "../harness/errors";
import { retryAfterSeconds } from "./faultKinds";
import { remedies } from "./remedies";
import type { Row } from "./rows";
import type { Observation, OperationResult } from "./observe";
import { maxMs, probedTogether } from "./timeLimits";

/** Lists the differences between an observation and its expectation. Empty if the row passes. */
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
    found.push("the retry came before the end of Retry-After");
  }
  return found;
}

/** Whether the state may differ from the cloud, since only a refresh reads outside changes and only proof removes a resource. */
function changesOutside({ step, kind }: Row): boolean {
  return step.name === "proof" || ["vanished", "renamed", "rotated", "replaced", "restoring"].includes(kind.family);
}

/** Whether the retry of the failing call respected Retry-After. */
function waited({ step, when }: Row, sentAt: readonly number[]): boolean {
  const skipped = (step.skips ?? 0) + (when === "mid-run" && step.kind === "poll" ? 1 : 0);
  // The first retry comes after the other requests that were sent together with the one that was throttled.
  const retry = skipped + (step.name === "probe" && when === "first call" ? probedTogether : 1);
  return (sentAt[retry] ?? 0) - (sentAt[skipped] ?? 0) >= retryAfterSeconds * 1_000;
}

/** The parts of an observation that have messages. */
type Said = Readonly<Record<"run" | "next" | "accepted", Pick<OperationResult, "classes" | "message"> | undefined>>;

/** Checks the form of every message (rule 10). */
export function differencesOfText({ run, next, accepted }: Said): string[] {
  return [run, next, accepted].flatMap((one) => {
    if (one === undefined || one.message === "") return [];
    const [what = "", ...more] = one.message.split("\n");
    const found = [];
    // The engine names the resource of a failed check, and the message continues below its first line.
    if (one.classes.includes("CheckFailure")) return /\[DGC\d{3}: \S+\]$/.test(one.message) ? [] : [one.message];
    if (!/^\w+ ".+"( \(.+\))? [a-z ]+: ./.test(what)) found.push(`does not begin with what it is about: ${what}`);
    if (more.join("").trim() === "") found.push(`does not say what to do next: ${what}`);
    if (!namesItsCode(one.message)) found.push(`does not say where more is said: ${what}`);
    if (/undefined|\[object|\bNaN\b|^ +at /m.test(one.message)) found.push(`reads badly: ${one.message}`);
    return found;
  });
}

/** Whether the request may have acted, so that it must not be sent again. */
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
  if (failed !== ["refuses", "fails", "names it", "asks"].includes(wanted.next)) {
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
  return [...found, ...(row.kind.family === "vanished" ? [] : differencesOfAcceptance(wanted, accepted))];
}

/** After a success, one more up makes no request. */
function differencesOfLast({ step }: Row, { last }: Observation): string[] {
  // After a delete, the engine has nothing left to delete.
  if (last === undefined || step.asks === "deleteDeployment") return [];
  return last.classes.length === 0 && last.requests === 0 && last.same
    ? []
    : [`one more up made ${last.requests} requests: ${last.message}`];
}

function differencesOfAcceptance(
  { next, actsAccepted = 0 }: Expectation,
  accepted: OperationResult | undefined,
): string[] {
  if (accepted === undefined) return next === "asks" ? ["the next up does not say what to change"] : [];
  if (accepted.classes.length > 0) return [`what the user accepts fails: ${accepted.message}`];
  if (accepted.acts !== actsAccepted) return [`what the user accepts is sent ${accepted.acts} times`];
  return accepted.recorded === "ready" ? [] : [`what the user accepts is "${accepted.recorded}"`];
}
