import { isDeepStrictEqual } from "node:util";
import { ConflictError } from "../errors";
import { holdsUnknown, unknownValue } from "../fields";

type Values = Readonly<Record<string, unknown>>;

/**
 * Names of the inputs that the program gave and that the engine left out, or left something of out, because they are not known: it does
 * so in an update that goes on after a failure. In a preview it puts a mark in their place, and nothing is missing; nor is it where
 * ignoreChanges has put back what was there before.
 */
export function leftOut(news: Values, olds: Values = {}): string[] {
  const unknown = news["__unknown"];
  if (!Array.isArray(unknown)) return [];
  return unknown.filter(
    (name): name is string =>
      typeof name === "string" && !holdsUnknown(news[name]) && !isAsBefore(news[name], olds[name]),
  );
}

/** The inputs for questions about them: what was left out is as it was, and was not known at first. */
export function filledIn(inputs: Values, olds: Values, names: readonly string[]): Record<string, unknown> {
  return { ...inputs, ...Object.fromEntries(names.map((name) => [name, olds[name] ?? unknownValue])) };
}

/** The engine skips what depends on a failed resource. Should it not, half the inputs must never make or change anything. */
export function refuseLeftOut(news: Values): void {
  const names = leftOut(news);
  if (names.length === 0) return;
  throw new ConflictError({
    code: "DGC605",
    why: `${names.join(" and ")} come from a resource that failed and are not known; nothing was sent.`,
    next: "Fix what failed, then run pulumi up again.",
  });
}

function isAsBefore(value: unknown, before: unknown): boolean {
  return value !== undefined && isDeepStrictEqual(value, before);
}
