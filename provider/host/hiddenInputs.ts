import { keepSecret } from "../errors/redact";
import { holdsUnknown, isHidden, unknownValue } from "../resource/fields";
import { ConflictError } from "../errors/errors";
import { isDeepStrictEqual } from "node:util";
import type { State } from "../resource/resource";

/** What travels between the engine and a resource. */
export type Values = Record<string, unknown>;

/** The values without what is undefined, which the host cannot send, and without the delegate, which it adds itself. */
export function stripped(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== undefined && value !== null && name !== "__provider"),
  );
}

/** Outputs of a state; the hidden inputs are the program's newest. */
export function outputs(state: State, inputs: unknown): Values {
  const hidden = Object.entries(inputs as Values).filter(([name]) => isHidden(name));
  return stripped({ ...state, ...Object.fromEntries(hidden) });
}

/** What the user gave, as it is now: the inputs after a refresh. */
export function inputsOf(state: State): Values {
  const given = new Set<string>(state.__state.given);
  const names = Object.keys(state).filter((name) => given.has(name) || (isHidden(name) && name !== "__state"));
  return stripped(Object.fromEntries(names.map((name) => [name, (state as unknown as Values)[name]])));
}

/** An object as one resource has it: two may stand for the same one. */
export function keyOf(id: string, values: Values): string {
  return JSON.stringify([id, values["__urn"]]);
}

/**
 * Names of the inputs that the program gave and that the engine left out, or left something of out, because they are not known: it does
 * so in an update that goes on after a failure. In a preview it puts a mark in their place, and nothing is missing; nor is it where
 * ignoreChanges has put back what was there before.
 */
export function leftOut(news: Values, olds: Values = {}): string[] {
  const unknown = news["__unknown"];
  if (!Array.isArray(unknown)) return [];
  return unknown.filter(
    (name): name is string =>
      typeof name === "string" && !holdsUnknown(news[name]) && !isAsBefore(news[name], olds[name]),
  );
}

/** The inputs for questions about them: what was left out is as it was, and was not known at first. */
export function filledIn(inputs: Values, olds: Values, names: readonly string[]): Record<string, unknown> {
  return { ...inputs, ...Object.fromEntries(names.map((name) => [name, olds[name] ?? unknownValue])) };
}

/** The engine skips what depends on a failed resource. Should it not, half the inputs must never make or change anything. */
export function refuseLeftOut(news: Values): void {
  const names = leftOut(news);
  if (names.length === 0) return;
  throw new ConflictError({
    code: "DGC605",
    why: `${names.join(" and ")} come from a resource that failed and are not known; nothing was sent.`,
    next: "Fix what failed, then run pulumi up again.",
  });
}

function isAsBefore(value: unknown, before: unknown): boolean {
  return value !== undefined && isDeepStrictEqual(value, before);
}

/** Names of the inputs that the program gave as secrets: the host tells their values like any other. */
export function secretInputs(news: Values): readonly string[] {
  const names = news["__secrets"];
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === "string") : [];
}

/** From now on no message of this process holds them, not even one of the service that quotes them. */
export function keepSecretInputs(news: Values): void {
  for (const name of secretInputs(news)) keepAll(news[name]);
}

function keepAll(value: unknown): void {
  if (typeof value === "string") keepSecret(value);
  else if (typeof value === "object" && value !== null) Object.values(value).forEach(keepAll);
}
