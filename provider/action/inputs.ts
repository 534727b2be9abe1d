import { isRecord } from "../api/answer";
import type { Protection } from "./protection";
import { type Failure, type Field, unknownValue } from "../resource/fields";
import type { Clock } from "../time";
import { ConflictError } from "../errors/errors";

/** What the sdk sends along with an action: its URN, and the protection of the Backend whose data it replaces or erases. */
export interface HiddenInputs extends Protection {
  readonly __urn?: string;
}

const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** A last moment for running an action at all: a forgotten program must not wipe next year. */
export const notAfterField: Field = {
  onChange: "state",
  check: (value) =>
    typeof value === "string" && dateTime.test(value) && !Number.isNaN(Date.parse(value)) && isDayOfCalendar(value)
      ? undefined
      : 'must be a date and time with a time zone like "2026-01-31T18:00:00Z"',
};

/** Date.parse takes the 31st of February for a day in March. */
function isDayOfCalendar(value: string): boolean {
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split("-").map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** What to say in the preview of an action whose last moment has passed. */
export function expired(clock: Clock, notAfter: string | undefined): Failure[] {
  if (notAfter === undefined || notAfter === unknownValue || clock.now() <= Date.parse(notAfter)) return [];
  const now = new Date(clock.now()).toISOString();
  return [
    {
      property: "notAfter",
      code: "DGC413",
      reason: `"${notAfter}" has passed (it is ${now}), so this is not run any more; set a later notAfter, or undo the change that runs it`,
    },
  ];
}

/** The same once more right before sending: a queue may have taken long. */
export function refuseExpired(clock: Clock, notAfter: string | undefined): void {
  if (expired(clock, notAfter).length === 0) return;
  throw new ConflictError({
    code: "DGC413",
    why: `notAfter "${notAfter ?? ""}" has passed; nothing was sent.`,
    next: ["Set a later notAfter and run pulumi up again.", "Or undo the change that runs it."],
  });
}

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
