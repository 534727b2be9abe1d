import type { FaultKind } from "./faultKinds";
import type { Row } from "./rows";
import { password, type World } from "./world";

/** How often the fault of a row has been injected so far. */
export type CountHits = () => number;

/** More calls than any row makes. */
const many = 1_000;
const answerTimeMs = 20_000;
/** How often, and how long at most, in real milliseconds, one looks whether the cloud has carried out what it will never answer. */
const look = { everyMs: 3, maxMs: 150 };

/** Sets the fault of a row to work in a cloud. */
export function injectFault(world: World, row: Row): CountHits {
  const { step, kind } = row;
  const { local, network } = world;
  const [first, last] = callsOf(row);
  const ofList = kind.family === "duplicates" || kind.family === "lag";
  const operation = ofList ? "deployments" : step.operation;
  const strike = (fault: Parameters<typeof local.faults.add>[0]["fault"], onStrike?: () => void): CountHits => {
    const calls = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const active = local.faults.add({ operation, calls: lasts(row) ? "every" : calls, fault }, onStrike);
    return () => active.struck;
  };
  // The list matters to a create only when its answer was lost.
  const lost = ofList && step.kind === "create" ? step.operation : step.after;
  // A delete that did nothing, time and again, and a list that lacks the backend for another reason.
  const acted = !(ofList && step.name === "proof");
  if (lost !== undefined) {
    local.faults.add({ operation: lost, calls: acted ? [1] : "every", fault: { kind: "reset", acted } });
  }
  const { effect } = kind;
  switch (effect.on) {
    case "network": {
      const rule = network.strike(operation, effect.failure, (call) => call >= first && call <= last);
      return () => rule.hits;
    }
    case "answer":
      return strike(effect.fault(step, knownSecrets(world)));
    case "hang":
      return strike({ kind: "hang", acted: kind.acted }, () => {
        expireOnceActed(world, kind.acted);
      });
    case "outside":
      return strike(outsideFault(row), () => {
        change(world, row, effect.change);
      });
  }
}

function expireOnceActed({ local, time }: World, acted: boolean): void {
  const until = Date.now() + look.maxMs;
  const timer = setInterval(() => {
    if (acted && local.journal.entries.at(-1)?.acted === false && Date.now() < until) return;
    clearInterval(timer);
    time.expire();
  }, look.everyMs);
}

/** Whether each list of the row is wrong: after a create it matters how often one looks, and in a refresh that one does so twice. */
export function lasts({ step, kind, when }: Row): boolean {
  return (kind.family === "duplicates" || kind.family === "lag") && (step.name !== "refresh" || when === "every call");
}

function callsOf(row: Row): readonly [number, number] {
  if (row.when === "every call") return [1 + (row.step.skips ?? 0), many];
  return [callOf(row), callOf(row)];
}

/** The call that fails, when the row injects one fault only. */
export function callOf({ step, when }: Row): number {
  return when === "mid-run" && step.kind === "poll" ? 2 : 1 + (step.skips ?? 0);
}

function outsideFault({ step, kind }: Row): Parameters<World["local"]["faults"]["add"]>[0]["fault"] {
  // Its endpoint goes away under the request; the control plane stays and answers.
  if (kind.family === "vanished" && step.plane === "data") return { kind: "reset", acted: false };
  return { kind: "slow", ms: 1 };
}

function change(world: World, { step }: Row, what: Extract<FaultKind["effect"], { on: "outside" }>["change"]): void {
  const { cloud } = world.local;
  if (what === "pass") {
    world.time.pass(answerTimeMs);
    return;
  }
  const uid = subjectOf(world, step.name);
  if (what === "vanish") void cloud.remove(uid);
  else if (what === "rotate") cloud.rotateToken(uid);
  else cloud.get(uid).deployment.name = "renamed-by-hand";
}

/** The backend that a step is about. */
function subjectOf({ source, target, local }: World, step: Row["step"]["name"]): string {
  if (step === "listBackups") return source;
  if (
    [
      "probe",
      "restore",
      "restoreStatus",
      "confirm",
      "schema",
      "drop all",
      "drop types",
      "drop fields",
      "export",
    ].includes(step)
  )
    return target;
  const orders = local.cloud.all().find(({ name }) => name === "orders");
  if (orders === undefined) throw new Error("there is no backend of the step");
  return orders.uid;
}

/** All that is secret so far: what a careless service may well put into an answer. */
export function knownSecrets({ local, network }: World): string {
  const tokens = local.cloud.all().map(({ jwtToken }) => jwtToken);
  return [password, ...network.tokens, ...tokens].join(" ");
}
