import { isDeepStrictEqual } from "node:util";
import type { Code } from "../errors/codes";
import { parseDuration } from "../time";
import { listOf } from "../errors/text";
import { isBackend } from "../api/dataPlane";
import { type Connection, misplacedInput } from "./connection";

/** The engine's placeholder for a value that is not known yet. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A refused input: its name, what is wrong with it, and how to fix it. */
export interface Failure {
  readonly property: string;
  readonly code: Code;
  readonly reason: string;
  /** Lines below the reason, one item each. */
  readonly details?: readonly string[];
}

/** What is wrong with a known value, given all inputs; undefined when it is valid. */
type Check = (value: unknown, inputs: Readonly<Record<string, unknown>>) => string | undefined;

/** The rules of one input. */
export interface Field {
  /** The connection that the input exists for. Default: both. */
  readonly on?: Connection;
  /**
   * What a change does: `update` calls the service, `replace` creates a new object, `state` only writes the state, and `nothing` is not
   * shown at all.
   */
  readonly onChange: "update" | "replace" | "state" | "nothing";
  readonly required?: boolean;
  /** A program may give it as a secret, so a host must not print its value. */
  readonly mayBeSecret?: boolean;
  /** Whether the value is a secret, also where the program does not say so. Default: never. */
  readonly isSecret?: (value: unknown) => boolean;
  readonly check?: Check;
  /**
   * Whether a change from `olds` to this value (undefined: left out) has the effect of `onChange`. If not, it only writes the state.
   * Default: every given value that differs.
   */
  readonly hasEffect?: (value: unknown, olds: Values) => boolean;
}

/** The rules of every input of a resource. A missing row does not compile. */
export type FieldTable<Inputs> = { readonly [Name in keyof Required<Inputs>]: Field };

type Fields = Readonly<Record<string, Field>>;
type Values = Readonly<Record<string, unknown>>;

/** Whether a value, or a part of it, is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === unknownValue;
  return Object.values(value).some(holdsUnknown);
}

/** Names that begin with two underscores are the package's own. The engine does not display them. */
export function isHidden(name: string): boolean {
  return name.startsWith("__");
}

/** Names of the inputs that the program gave. */
export function givenNames(fields: Fields, inputs: Values): string[] {
  return Object.keys(fields).filter((name) => inputs[name] !== undefined);
}

export function checkFields(fields: Fields, inputs: Values, connection: Connection = "account"): Failure[] {
  const failures: Failure[] = [];
  const isElsewhere = ({ on }: Field): boolean => on !== undefined && on !== connection;
  for (const name of Object.keys(inputs)) {
    if (fields[name] !== undefined || isHidden(name) || inputs[name] === undefined) continue;
    failures.push({
      property: name,
      code: "DGC601",
      reason: `no such property; there are ${listOf(Object.keys(fields), "and")}`,
    });
  }
  for (const [name, field] of Object.entries(fields)) {
    const value = inputs[name];
    if (value === undefined || value === null) {
      if (field.required === true && !isElsewhere(field))
        failures.push({ property: name, code: "DGC602", reason: `"${name}" is required: give it a value` });
    } else if (field.on !== undefined && isElsewhere(field)) {
      failures.push({ property: name, code: "DGC802", reason: misplacedInput(field.on) });
    } else if (value !== unknownValue) {
      const reason = field.check?.(value, inputs);
      if (reason !== undefined) failures.push({ property: name, code: "DGC603", reason });
    }
  }
  return failures;
}

/**
 * Names of the given inputs that differ from the old ones. An input that the program leaves out follows the service, so it is no change. Only
 * fields with a `hasEffect` of their own change when they are left out: the state must record it.
 */
export function changedFields(fields: Fields, olds: Values, news: Values): string[] {
  const mayChange = ({ onChange, required, hasEffect }: Field, value: unknown): boolean => {
    if (onChange === "nothing") return false;
    if (value !== undefined) return true;
    // The connection fills in a required input that the program leaves out.
    return required === true ? (hasEffect?.(value, olds) ?? false) : hasEffect !== undefined;
  };
  return Object.entries(fields)
    .filter(([name, field]) => mayChange(field, news[name]) && !isDeepStrictEqual(olds[name], news[name]))
    .map(([name]) => name);
}

/** Names of the inputs whose change replaces the object, or updates it with a call. */
export function effectiveFields(fields: Fields, olds: Values, news: Values, effect: "replace" | "update"): string[] {
  return changedFields(fields, olds, news).filter((name) => {
    const field = fields[name];
    return field?.onChange === effect && (field.hasEffect?.(news[name], olds) ?? true);
  });
}

export const text: Check = (value) => (typeof value === "string" ? undefined : "must be a string");

export const notEmpty: Check = (value) =>
  typeof value === "string" && value.trim() !== "" ? undefined : "must be a string that is not empty";

export const uid: Check = (value) =>
  typeof value === "string" && isBackend(value) ? undefined : 'must be the uid of a backend, like "0x42"';

export const flag: Check = (value) => (typeof value === "boolean" ? undefined : "must be true or false");

export const wholeNumber: Check = (value) =>
  Number.isInteger(value) && Number(value) > 0 ? undefined : "must be a whole number above 0";

export function oneOf(values: readonly string[]): Check {
  return (value) => (typeof value === "string" && values.includes(value) ? undefined : `must be ${listOf(values)}`);
}

export function durations(steps: readonly string[]): Check {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return `must be an object like { ${steps[0] ?? "create"}: "20m" }`;
    }
    for (const [step, duration] of Object.entries(value)) {
      if (!steps.includes(step)) return `has no "${step}"; there are ${listOf(steps, "and")}`;
      if (duration === unknownValue) continue;
      const ms = typeof duration === "string" ? parseDuration(duration) : undefined;
      if (ms === undefined || ms === 0) return `"${step}" must be a duration above zero like "90s", "20m" or "1h30m"`;
    }
    return undefined;
  };
}

/** Applies all checks, and returns the first complaint. */
export function both(...checks: readonly Check[]): Check {
  return (value, inputs) => checks.map((check) => check(value, inputs)).find((reason) => reason !== undefined);
}
