import { isHidden } from "../fields";
import type { State } from "../resource";

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
