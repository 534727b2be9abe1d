import type { Field } from "./fields";
import { isRecord } from "./api/answer";

/** Values whose change runs an action again: a list, or a map from reason to value. */
export type Triggers = readonly TriggerValue[] | Readonly<Record<string, TriggerValue>>;
type TriggerValue = string | number | boolean;

/** A changed or added value runs the action again. Removing one never does: tidying a program must not wipe. */
export const triggersField: Field = {
  onChange: "replace",
  check: (value) => {
    const values = valuesOf(value);
    return values?.every((one) => ["string", "number", "boolean"].includes(typeof one)) === true
      ? undefined
      : 'must be a list of plain values, or an object of them like { nightly: "2026-01-01" }';
  },
  replaces: (value, olds) => hasNews(olds["triggers"], value),
};

function hasNews(olds: unknown, news: unknown): boolean {
  if (news === undefined) return false;
  if (isRecord(olds) && isRecord(news)) return Object.keys(news).some((key) => olds[key] !== news[key]);
  // A list has no keys: what counts is how often each value is there.
  const before = [...(valuesOf(olds) ?? [])];
  return (valuesOf(news) ?? [news]).some((value) => {
    const index = before.indexOf(value);
    if (index >= 0) before.splice(index, 1);
    return index < 0;
  });
}

function valuesOf(triggers: unknown): readonly unknown[] | undefined {
  if (Array.isArray(triggers)) return triggers as readonly unknown[];
  return isRecord(triggers) ? Object.values(triggers) : undefined;
}
