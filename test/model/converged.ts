import { isDeepStrictEqual } from "node:util";
import type { Deployment, LocalCloud } from "dgraphcloud-local";
import { BrokenLaw, type Laws } from "./laws";
import type { Program } from "./program";
import { type Failed, isGuarding, type Recorded, type Stack, targetOf, type Values } from "./stack";

function demand(holds: boolean, law: string): void {
  if (!holds) throw new BrokenLaw(law);
}

/** No orphan and no duplicate: what the stack made and has not deleted is in its state, once. */
export function uidsAgree({ stack, local, laws }: { stack: Stack; local: LocalCloud; laws: Laws }): void {
  const ids = stack.state.filter(({ kind }) => kind === "backend").map(({ id }) => id);
  demand(new Set(ids).size === ids.length, `one uid is two resources: ${ids.join(", ")}`);
  demand(
    stack.state.every(({ condemned, pendingReplacement }) => !condemned && !pendingReplacement),
    "nothing is left of a replacement after an up that went well",
  );
  const kept = new Set([...ids, ...laws.unrecorded, ...laws.released]);
  const orphans = [...laws.made].filter((uid) => !kept.has(uid) && local.cloud.backend(uid) !== undefined);
  demand(orphans.length === 0, `orphans: ${orphans.join(", ")}`);
}

/** The record of each action knows whether its backend may be deleted. */
export function guardsAgree({ stack }: { stack: Stack }): void {
  for (const { kind, name, outputs } of stack.state) {
    const backend = stack.state.find((entry) => entry.kind === "backend" && entry.id === targetOf(outputs));
    if (kind === "backend" || backend === undefined) continue;
    const isProtected = backend.outputs["deletionProtection"] === true;
    demand(isGuarding(outputs) === isProtected, `${name} knows that its backend is protected, or is not`);
  }
}

/** What the state says is what the cloud has, and what the program asks for. */
export function converged({
  stack,
  local,
  laws,
  program,
}: {
  stack: Stack;
  local: LocalCloud;
  laws: Laws;
  program: Program;
}): void {
  const wanted = new Map(program.registrations.map((one) => [one.name, one.inputs(stack)]));
  const names = stack.state.map(({ name }) => name).sort();
  const declared = [...wanted.keys()].sort();
  demand(isDeepStrictEqual(names, declared), `the state has ${names.join(", ")}, the program ${declared.join(", ")}`);
  for (const entry of stack.state) {
    const { status } = entry.outputs["__state"] as { status?: unknown };
    demand(!entry.unfinished && status === "ready", `${entry.name} is ready`);
    if (entry.kind !== "backend") continue;
    const live = local.cloud.get(entry.id).deployment;
    agree(entry, live);
    // What the list does not tell of an adopted backend cannot be compared by anybody.
    obey(
      entry.name,
      wanted.get(entry.name) ?? {},
      laws.adopted.has(entry.id) ? listed(live) : { ...live, ...listed(live) },
    );
  }
}

/** An up that finds nothing to do asks nobody. */
export async function quiet(local: LocalCloud, up: () => Promise<readonly Failed[] | undefined>): Promise<void> {
  const before = local.journal.count();
  const failures = await up();
  demand(failures?.length === 0, "an up with nothing to do goes well");
  demand(local.journal.count() === before, "an up with nothing to do makes no request");
}

function agree({ name: resource, outputs }: Recorded, live: Deployment): void {
  for (const [field, value] of Object.entries(listed(live))) {
    demand(
      outputs[field] === value,
      `${field} of ${resource} is ${String(value)}, the state says ${String(outputs[field])}`,
    );
  }
}

function obey(resource: string, wanted: Values, made: Values): void {
  for (const field of ["name", "zone", "deploymentType", "deploymentMode", "lambdaScript", "size", "subdomain"]) {
    const asked = wanted[field];
    const there = made[field];
    if (asked === undefined || !(field in made)) continue;
    demand(
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
