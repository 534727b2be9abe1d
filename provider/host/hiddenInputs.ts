import { isDeepStrictEqual } from "node:util";
import { keepSecret } from "../errors/redact";
import { holdsUnknown } from "../resource/fields";
import type { Given } from "../resource/hostInterface";
import { dynamicType, wholeUrn } from "../resource/typeTokens";
import { defined, type Values } from "../resource/values";

// What sdk/ sends along with the inputs of a program, since the engine does not tell a dynamic provider.

/** The URN of a resource of this kind. */
export function urnOf({ __urn: urn }: Values, kind: string): string | undefined {
  return typeof urn === "string" ? wholeUrn(urn, dynamicType(kind)) : undefined;
}

/** The values without the text that loads this provider: the engine's host adds it again. */
export function withoutDelegate(values: Values): Values {
  return defined({ ...values, __provider: undefined });
}

/** The inputs of a create, an update or a diff. */
export function givenBy(news: Values, kind: string): Given {
  return { urn: urnOf(news, kind), news: withoutDelegate(news), missing: missingInputs(news) };
}

/**
 * Names of the inputs that the program gave and the engine left out, as a whole or in part, because they are not known. It does so in an
 * update that goes on after a failure. In a preview it sends a mark in their place, so that nothing is missing. Nothing is missing either
 * where ignoreChanges has put the old value back.
 */
export function missingInputs(news: Values, olds: Values = {}): string[] {
  const unknown = news["__unknown"];
  if (!Array.isArray(unknown)) return [];
  return unknown.filter(
    (name): name is string =>
      typeof name === "string" && !holdsUnknown(news[name]) && !isAsBefore(news[name], olds[name]),
  );
}

function isAsBefore(value: unknown, before: unknown): boolean {
  return value !== undefined && isDeepStrictEqual(value, before);
}

/** Names of the inputs that the program gave as secrets: a dynamic provider gets their values in clear. */
export function secretInputs(news: Values): readonly string[] {
  const names = news["__secrets"];
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === "string") : [];
}

/** Keeps the secret inputs out of every later message of this process, also out of one in which the service quotes them. */
export function keepSecretInputs(news: Values): void {
  for (const name of secretInputs(news)) keepAll(news[name]);
}

/** Keeps every text in a secret out of the messages of this process. */
export function keepAll(value: unknown): void {
  if (typeof value === "string") keepSecret(value);
  else if (typeof value === "object" && value !== null) Object.values(value).forEach(keepAll);
}
