import { isDeepStrictEqual } from "node:util";
import type { Deployment, LocalCloud } from "dgraphcloud-local";
import { InvariantViolation, type Invariants } from "./invariants";
import type { Program } from "./program";
import { contentOf } from "./schemas";
import { isGuarding, type SimulatedStack, targetOf } from "./simulatedStack";
import type { Failed, Recorded, Values } from "./state";
import { metadataIn } from "../../provider/resource/values";

function assertInvariant(holds: boolean, invariant: string): void {
  if (!holds) throw new InvariantViolation(invariant);
}

/** No orphans and no duplicates: each backend that the stack created and did not delete is in its state once. */
export function checkUids({
  stack,
  local,
  invariants,
}: {
  stack: SimulatedStack;
  local: LocalCloud;
  invariants: Invariants;
}): void {
  const ids = stack.state.filter(({ kind }) => kind === "backend").map(({ id }) => id);
  assertInvariant(new Set(ids).size === ids.length, `two resources have one uid: ${ids.join(", ")}`);
  assertInvariant(
    stack.state.every(({ pendingDeletion, pendingReplacement }) => !pendingDeletion && !pendingReplacement),
    "no replaced resource remains after a successful up",
  );
  const kept = new Set([...ids, ...invariants.unrecorded, ...invariants.released]);
  const orphans = [...invariants.made].filter((uid) => !kept.has(uid) && local.cloud.backend(uid) !== undefined);
  assertInvariant(orphans.length === 0, `orphans: ${orphans.join(", ")}`);
}

/** The record of each action has the current protection of its backend. */
export function checkGuards({ stack }: { stack: SimulatedStack }): void {
  for (const { kind, name, outputs } of stack.state) {
    const backend = stack.state.find((entry) => entry.kind === "backend" && entry.id === targetOf(outputs));
    if (kind === "backend" || kind === "graphqlSchema" || backend === undefined) continue;
    const isProtected = backend.outputs["deletionProtection"] === true;
    assertInvariant(isGuarding(outputs) === isProtected, `${name} has the current protection of its backend`);
  }
}

/** State, cloud and program agree. */
export function checkConvergence({
  stack,
  local,
  invariants,
  program,
}: {
  stack: SimulatedStack;
  local: LocalCloud;
  invariants: Invariants;
  program: Program;
}): void {
  const wanted = new Map(program.registrations.map((one) => [one.name, one.inputs(stack)]));
  const names = stack.state.map(({ name }) => name).sort();
  const declared = [...wanted.keys()].sort();
  assertInvariant(
    isDeepStrictEqual(names, declared),
    `the state has ${names.join(", ")}, the program ${declared.join(", ")}`,
  );
  for (const entry of stack.state) {
    const { status } = metadataIn(entry.outputs);
    assertInvariant(!entry.unfinished && status === "ready", `${entry.name} is ready`);
    if (entry.kind === "graphqlSchema") {
      const asked = wanted.get(entry.name)?.["schema"];
      const live = contentOf(local, entry.id)?.schema;
      assertInvariant(live === asked, `the live schema is ${live ?? "none"}, the program asks for ${String(asked)}`);
      assertInvariant(entry.outputs["schema"] === asked, `the state has the schema of the program`);
    }
    if (entry.kind !== "backend") continue;
    const live = local.cloud.get(entry.id).deployment;
    checkOutputs(entry, live);
    // Fields that the list lacks cannot be compared for an adopted backend.
    checkInputs(
      entry.name,
      wanted.get(entry.name) ?? {},
      invariants.adopted.has(entry.id) ? listed(live) : { ...live, ...listed(live) },
    );
  }
}

/** An up without changes makes no request. */
export async function checkNoRequests(
  local: LocalCloud,
  up: () => Promise<readonly Failed[] | undefined>,
): Promise<void> {
  const before = local.journal.count();
  const failures = await up();
  assertInvariant(failures?.length === 0, "an up without changes succeeds");
  assertInvariant(local.journal.count() === before, "an up without changes makes no request");
}

function checkOutputs({ name: resource, outputs }: Recorded, live: Deployment): void {
  for (const [field, value] of Object.entries(listed(live))) {
    assertInvariant(
      outputs[field] === value,
      `${field} of ${resource} is ${String(value)}, the state says ${String(outputs[field])}`,
    );
  }
}

function checkInputs(resource: string, wanted: Values, made: Values): void {
  for (const field of ["name", "zone", "deploymentType", "deploymentMode", "lambdaScript", "size", "subdomain"]) {
    const asked = wanted[field];
    const there = made[field];
    if (asked === undefined || !(field in made)) continue;
    assertInvariant(
      there === asked,
      `${field} of ${resource} is ${JSON.stringify(there)}, the program asks for ${JSON.stringify(asked)}`,
    );
  }
}

function listed({
  name,
  zone,
  url,
  owner,
  jwtToken,
  deploymentMode,
  deploymentType,
  lambdaScript,
}: Deployment): Values {
  const script = Buffer.from(lambdaScript, "base64").toString("utf8");
  return { name, zone, url, owner, jwtToken, deploymentMode, deploymentType, lambdaScript: script };
}
