import { type ActionRefusal, isBackend, type PlannedAction } from "../api/dataPlane";
import { isRecord } from "../api/readAnswer";
import { ConflictError } from "../errors/errors";
import { listOf } from "../errors/text";
import type { Context } from "../resource/context";
import { type Failure, type Field, notEmpty, unknownValue } from "../resource/fields";
import { begin } from "../run/operation";
import type { Clock } from "../time";
import type { TriggerValue } from "../types";

const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** The last moment at which an action may run: a program that is run again next year must not wipe data. */
export const notAfterField: Field = {
  onChange: "state",
  check: (value) =>
    typeof value === "string" && dateTime.test(value) && !Number.isNaN(Date.parse(value)) && isDayOfCalendar(value)
      ? undefined
      : 'must be a date and time with a time zone like "2026-01-31T18:00:00Z"',
};

/** Date.parse reads the 31st of February as a day in March. */
function isDayOfCalendar(value: string): boolean {
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split("-").map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The failure of an action whose last moment has passed. */
export function expired(clock: Clock, notAfter: string | undefined): Failure[] {
  if (notAfter === undefined || notAfter === unknownValue || clock.now() <= Date.parse(notAfter)) return [];
  const now = new Date(clock.now()).toISOString();
  return [
    {
      property: "notAfter",
      code: "DGC413",
      reason: `"${notAfter}" has passed (it is ${now}), so the action does not run; set a later notAfter, or undo the change that runs it`,
    },
  ];
}

/** Checks again right before sending: the action may have waited long in the queue. */
export function refuseExpired(clock: Clock, notAfter: string | undefined): void {
  if (expired(clock, notAfter).length === 0) return;
  throw new ConflictError({
    code: "DGC413",
    why: `notAfter "${notAfter ?? ""}" has passed; nothing was sent.`,
    next: ["Set a later notAfter and run pulumi up again.", "Or undo the change that runs it."],
  });
}

const credentialNames = ["accessKey", "secretKey", "sessionToken", "anonymous"];

/** Credentials of the object store that holds backups. They do not say which backup, so another key runs nothing again. */
export const credentialsField: Field = {
  on: "cluster",
  onChange: "state",
  mayBeSecret: true,
  isSecret: () => true,
  // To leave them out removes them from the state.
  hasEffect: () => true,
  check: (value) => {
    if (!isRecord(value)) return "must be an object like { accessKey: …, secretKey: … }";
    const unknown = Object.keys(value).find((name) => !credentialNames.includes(name));
    if (unknown !== undefined) return `has no "${unknown}"; there are ${listOf(credentialNames, "and")}`;
    const isWrong = Object.entries(value).some(([name, one]) => {
      return one !== unknownValue && typeof one !== (name === "anonymous" ? "boolean" : "string");
    });
    return isWrong ? "must have texts, and anonymous must be true or false" : undefined;
  },
};

/** Compares with the settings again before an action is sent: they may have changed since the preview. */
export function refuseRuledOut({ account }: Context, planned: readonly PlannedAction[]): void {
  const [refusal] = ruledOut(account, planned);
  if (refusal === undefined) return;
  const { code, property, reason } = refusal;
  throw new ConflictError({
    code,
    why: `${property === "" ? "" : `${property} `}${reason}; nothing was sent.`,
    next: "Change the program or the settings, then run pulumi up again.",
  });
}

/** What the settings rule out: the first reason is enough. */
function ruledOut({ data }: Context["account"], planned: readonly PlannedAction[]): ActionRefusal[] {
  const refused = planned.map((action) => data.refusalOf(action)).filter((refusal) => refusal !== undefined);
  return refused.slice(0, 1);
}

/** Values whose change runs an action again: a list, or a map from reason to value. */
export type Triggers = readonly TriggerValue[] | Readonly<Record<string, TriggerValue>>;

/** A changed or added value runs the action again. Removing one never does: tidying a program must not wipe. */
export const triggersField: Field = {
  onChange: "replace",
  check: (value) => {
    const values = valuesOf(value);
    return values?.every((one) => ["string", "number", "boolean"].includes(typeof one)) === true
      ? undefined
      : 'must be a list of plain values, or an object of them like { nightly: "2026-01-01" }';
  },
  hasEffect: (value, olds) => hasNewValue(olds["triggers"], value),
};

function hasNewValue(olds: unknown, news: unknown): boolean {
  if (news === undefined) return false;
  if (isRecord(olds) && isRecord(news)) return Object.keys(news).some((key) => olds[key] !== news[key]);
  // A list has no keys, so its values are counted.
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

/** A preview must not hang on the look-up of a name. */
const confirmTimeout = { input: "the time for comparing confirm", value: "1m", ms: 60_000 };

/** The name that the backend or the cluster must have when an action runs: a wrong uid or address would wipe another one. */
export const confirmField: Field = { onChange: "state", check: notEmpty };

/**
 * Compares `confirm` with the name of the target: that of the backend, or the host and the id of the cluster. `property` is the input that names
 * the backend.
 */
export async function confirmFailures(
  context: Context,
  property: string,
  target: string | undefined,
  confirm: string | undefined,
  operation = begin(context, confirmTimeout),
): Promise<Failure[]> {
  if (confirm === undefined || confirm === unknownValue || target === unknownValue) return [];
  const names = await context.account.data.namesOf(target, operation);
  if (names.includes(confirm)) return [];
  const isCluster = target === undefined || !isBackend(target);
  const [what, remedy] = isCluster
    ? ["the cluster", "connect to the cluster that you mean (clusterUrl)"]
    : [`the backend ${target}`, `change ${property} to the backend that you mean`];
  const reason = `is "${confirm}", and ${what} is called ${listOf(names)}: correct confirm, or ${remedy}`;
  return [{ property: "confirm", code: "DGC415", reason }];
}

/** Checks an action before it runs: its last moment, what the settings rule out, and the name of the target. */
export async function actionFailures(
  context: Context,
  property: string,
  planned: readonly PlannedAction[],
  {
    target,
    confirm,
    notAfter,
  }: { readonly target?: string | undefined; readonly confirm?: string; readonly notAfter?: string },
): Promise<Failure[]> {
  const early = [...expired(context.clock, notAfter), ...ruledOut(context.account, planned)];
  return early.length > 0 ? early : confirmFailures(context, property, target, confirm);
}

/** Compares again right before the action is sent. */
export async function refuseMismatch(...args: Parameters<typeof confirmFailures>): Promise<void> {
  const [mismatch] = await confirmFailures(...args);
  if (mismatch === undefined) return;
  const [, property, target] = args;
  const other = target === undefined || !isBackend(target) ? "the setting clusterUrl" : property;
  throw new ConflictError({
    code: mismatch.code,
    why: `${mismatch.property} ${mismatch.reason}; nothing was sent.`,
    next: `Correct confirm or ${other}, then run pulumi up again.`,
  });
}
