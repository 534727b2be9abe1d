import { effectiveFields, type Field, unknownValue } from "./fields";
import type { Resource, State } from "./resource";
import { outputsOf, type Values, withInputs } from "./values";

/** What a preview of an update knows: the outputs that stay and the inputs. `outputs` are the names of all outputs of the resource. */
export function previewedUpdate<S extends State>(
  {
    fields,
    recomputed = [],
    storeInputs,
  }: Pick<Resource<never, S>, "recomputed" | "storeInputs"> & { readonly fields: Readonly<Record<string, Field>> },
  { state, news }: { readonly state: S; readonly news: Values },
  outputs: readonly string[],
): Values {
  const isPending = state.__state.status !== "ready";
  const hasCall = effectiveFields(fields, state as unknown as Values, news, "update").length > 0;
  const renewed = outputs.filter((name) => {
    if (news[name] !== undefined || fields[name] !== undefined) return false;
    // An operation that goes on can change every output that it computes.
    return isPending || (hasCall && recomputed.includes(name));
  });
  const kept = outputsOf(storeInputs?.(state, news as never) ?? withInputs(fields, state, news), news);
  return { ...kept, ...unknown(renewed) };
}

/** What a preview of a create knows: the inputs. */
export function previewedCreate(news: Values, outputs: readonly string[]): Values {
  return { ...unknown(outputs.filter((name) => news[name] === undefined)), ...news };
}

function unknown(names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, unknownValue]));
}
