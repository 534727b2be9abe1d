import type { Clock } from "./clock";
import { ConflictError } from "./errors";
import { type Failure, type Field, unknownValue } from "./fields";

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
export function passed(clock: Clock, notAfter: string | undefined): Failure[] {
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
export function refusePassed(clock: Clock, notAfter: string | undefined): void {
  if (passed(clock, notAfter).length === 0) return;
  throw new ConflictError({
    code: "DGC413",
    why: `notAfter "${notAfter ?? ""}" has passed; nothing was sent.`,
    next: ["Set a later notAfter and run pulumi up again.", "Or undo the change that runs it."],
  });
}
