import type { OutsideChange } from "./faultKinds";
import type { Row } from "./rows";
import { schemaAfter, schemaBefore } from "./schemas";
import { password, type World } from "./world";

/** How often the fault of a row has been injected so far. */
export type CountHits = () => number;

/** More calls than any row makes. */
const many = 1_000;
export const answerTimeMs = 20_000;
/** How often and how long, in real milliseconds, to check whether the cloud has executed a request without an answer. */
const look = { everyMs: 3, maxMs: 150 };

/** Injects the fault of a row into a cloud. Returns how often it has been injected. */
export function injectFault(world: World, row: Row): CountHits {
  const { step, kind } = row;
  const { local, network } = world;
  const [first, last] = callsOf(row);
  const ofList = kind.family === "duplicates" || kind.family === "lag";
  const operation = ofList ? "deployments" : step.operation;
  const inject = (fault: Parameters<typeof local.faults.add>[0]["fault"], onInjected?: () => void): CountHits => {
    const calls = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const active = local.faults.add({ operation, calls: lasts(row) ? "every" : calls, fault }, onInjected);
    return () => active.struck;
  };
  // A create requests the list only after a lost answer.
  const lost = ofList && step.kind === "create" ? step.operation : step.after;
  // For the proof, every delete has no effect, and the list lacks the backend for another reason.
  const acted = !(ofList && step.name === "proof");
  if (lost !== undefined) {
    local.faults.add({ operation: lost, calls: acted ? [1] : "every", fault: { kind: "reset", acted } });
  }
  const { effect } = kind;
  switch (effect.on) {
    case "network": {
      const rule = network.injectFailure(operation, effect.failure, (call) => call >= first && call <= last);
      return () => rule.hits;
    }
    case "answer":
      return inject(effect.fault(step, knownSecrets(world)));
    case "hang":
      return inject({ kind: "hang", acted: kind.acted }, () => {
        expireOnceActed(world, kind.acted);
      });
    case "outside":
      return inject(outsideFault(row), () => {
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

/** Whether every list of the row is wrong. A create polls the list repeatedly, a refresh reads it twice. */
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

function change(world: World, { step }: Row, what: OutsideChange): void {
  const { cloud } = world.local;
  if (what === "pass") {
    world.time.pass(answerTimeMs);
    return;
  }
  const uid = subjectOf(world, step);
  const backend = cloud.get(uid);
  // A database in memory takes a schema over at once.
  const setSchemas = (...texts: readonly string[]): void => {
    for (const text of texts) backend.engine.setSchema(text).catch(() => undefined);
  };
  switch (what) {
    case "vanish":
      void cloud.remove(uid);
      return;
    case "rotate":
      cloud.rotateToken(uid);
      return;
    case "rename":
      backend.deployment.name = "renamed-by-hand";
      return;
    case "replace schema":
      setSchemas(`${schemaBefore} type Order { id: ID! item: String }`);
      return;
    case "restore":
      void backend.startRestore(cloud.get(world.source), world.backup);
      return;
    // Each schema leaves its predicates behind, and a list stays a list.
    case "make list":
      setSchemas(schemaBefore.replace("}", "nick: [String] }"), schemaBefore);
      return;
    case "make lists":
      setSchemas(schemaAfter.replaceAll(": String", ": [String]"), schemaBefore);
  }
}

/** The backend that a step is about. */
function subjectOf({ source, target, local }: World, { on }: Row["step"]): string {
  if (on !== undefined) return { source, target }[on];
  const orders = local.cloud.all().find(({ name }) => name === "orders");
  if (orders === undefined) throw new Error("there is no backend of the step");
  return orders.uid;
}

/** All secrets so far, which a careless service could repeat in an answer. */
export function knownSecrets({ local, network }: World): string {
  const tokens = local.cloud.all().map(({ jwtToken }) => jwtToken);
  return [password, ...network.tokens, ...tokens].join(" ");
}
