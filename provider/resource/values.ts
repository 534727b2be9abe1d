import { type Field, givenNames, isHidden, unknownValue } from "./fields";
import type { Metadata, State } from "./resource";

/** Inputs or outputs as a host hands them over. */
export type Values = Record<string, unknown>;

/** The values without those that are undefined or null, which no host can send. */
export function defined(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}

/** What `__state` leaves out, since nearly every resource has it: the engine writes the whole state with every step. */
const usual = { version: 1, status: "ready" } as const;

/**
 * The outputs of a state. The hidden inputs are the program's newest. `__state` is one text: each value within an object would cost the
 * engine and its hosts as much as an input, in every call.
 */
export function outputsOf(state: State, inputs: Values): Values {
  const hidden = Object.entries(inputs).filter(([name]) => isHidden(name));
  const { version, status, ...metadata } = state.__state;
  const unusual = { ...(version !== usual.version && { version }), ...(status !== usual.status && { status }) };
  return defined({ ...state, ...Object.fromEntries(hidden), __state: JSON.stringify({ ...metadata, ...unusual }) });
}

/** The state in outputs that the engine hands back. */
export function stateIn(outputs: Values): State {
  return { ...outputs, __state: metadataIn(outputs) };
}

/** What `__state` says. Earlier versions wrote it as an object. */
export function metadataIn(outputs: Values): Metadata {
  const stored = outputs["__state"];
  // A state without it is not one of this package. It must not look complete.
  if (stored === undefined) throw new TypeError("the state has no __state");
  const metadata = (typeof stored === "string" ? JSON.parse(stored) : stored) as Omit<Metadata, keyof typeof usual>;
  return { ...usual, ...metadata };
}

/** A state with the program's newest inputs. An input that the program leaves out keeps its value. */
export function withInputs<S extends State>(fields: Readonly<Record<string, Field>>, state: S, inputs: object): S {
  return { ...state, ...inputs, __state: { ...state.__state, given: givenNames(fields, { ...inputs }) } };
}

/** The inputs after a refresh: what the program gave, with the values that are there now. */
export function inputsOf(state: State): Values {
  const given = new Set<string>(state.__state.given);
  const names = Object.keys(state).filter((name) => given.has(name) || (isHidden(name) && name !== "__state"));
  return defined(Object.fromEntries(names.map((name) => [name, (state as unknown as Values)[name]])));
}

/** The inputs for a check: those that are missing have their old values, or count as not known yet. */
export function filledIn(inputs: Values, olds: Values, missing: readonly string[]): Values {
  return { ...inputs, ...Object.fromEntries(missing.map((name) => [name, olds[name] ?? unknownValue])) };
}
