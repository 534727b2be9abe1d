import { AbsentError } from "./errors";
import { type Field, givenNames } from "./fields";
import type { Memory, State } from "./resource";

/** The state of an action with the program's newest inputs: what the user took out is out. */
export function withInputs<Inputs extends object, S extends State & { readonly __state: Memory }>(
  fields: Readonly<Record<keyof Required<Inputs>, Field>>,
  state: S,
  inputs: Inputs,
): S {
  const values = Object.entries(state).filter(([name]) => !(name in fields));
  const given = givenNames(fields, { ...inputs } as Record<string, unknown>);
  return { ...Object.fromEntries(values), ...inputs, __state: { ...state.__state, given } } as unknown as S;
}

/** What was done stays done: a refresh asks nobody and arms nothing. */
export function keepRecord<S>(known: S | undefined): Promise<S> {
  if (known !== undefined) return Promise.resolve(known);
  return Promise.reject(
    new AbsentError({
      code: "DGC416",
      why: "a restore or a drop is an action, and the service keeps no record that could be looked up.",
      next: "Declare it in the program instead of looking it up.",
    }),
  );
}
