import { AbsentError } from "../errors/errors";
import type { Context } from "./context";
import { type Field, givenNames } from "./fields";
import type { Resource, State } from "./resource";
import type { Values } from "./values";

/** What a resource without a `read` has: what was done stays done, so a refresh makes no call and runs nothing again. */
export function fromState<S>(known: S | undefined): S {
  if (known !== undefined) return known;
  throw new AbsentError({
    code: "DGC416",
    why: "a restore, a drop or a backup is an action, and the service keeps no record that could be looked up or imported.",
    next: "Declare it in the program instead of looking it up or importing it.",
  });
}

/** The state of an imported object. What the service reports counts as given by the program, so that the generated program names it. */
export function importedState<S extends State>(
  { fields, imported }: Pick<Resource<never, S>, "imported"> & { readonly fields: Readonly<Record<string, Field>> },
  context: Context,
  found: S,
): S {
  const state = imported?.(context, found) ?? found;
  const values = state as unknown as Values;
  const given = givenNames(fields, values).filter((name) => values[name] !== "");
  return { ...state, __state: { ...state.__state, given } };
}
