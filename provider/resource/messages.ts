import { clean } from "../errors/text";
import { type Code, pointerTo } from "../errors/codes";
import { scrub } from "../errors/redact";

/** What failed and why, what to do next with one action a line, and where more is said. */
export function messageOf(
  what: string,
  { why, next, code }: { readonly why: string; readonly next: readonly string[]; readonly code: Code },
): string {
  const actions = next.length === 1 ? next : next.map((action) => `- ${action}`);
  return [`${what}: ${why}`, ...actions, `See ${pointerTo(code)}`].map(presentable).join("\n");
}

/** One line that a terminal may be given: names and messages of the service stand in our texts. */
export function presentable(text: string): string {
  return clean(scrub(text));
}

/** What a Restore is made of: nobody has written these names in a program. */
const parts: Readonly<Record<string, { readonly whole: string; readonly suffix: string }>> = {
  RestoreRequest: { whole: "Restore", suffix: "-request" },
  RestoreCompletion: { whole: "Restore", suffix: "-completion" },
};

/** A resource as the user wrote it, from its URN: `Restore "undo"`. What has no URN is named by its kind alone. */
export function resourceName(urn: string | undefined, kind = kindOf(urn ?? "")): string {
  const { whole, suffix } = parts[kind] ?? { whole: kind, suffix: "" };
  if (urn === undefined) return whole;
  const name = urn.split("::").at(-1) ?? urn;
  return `${whole} "${clean(name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name)}"`;
}

/** "DataDrop" of `…::my:index:Environment$pulumi-nodejs:dynamic/dgraphcloud:DataDrop::wipe`. */
function kindOf(urn: string): string {
  return urn.split("::").at(-2)?.split(":").at(-1) ?? "resource";
}

/** A URN as a shell takes it: it holds a `$` for each parent. */
export function quoted(urn: string): string {
  return `'${clean(urn).replaceAll("'", `'\\''`)}'`;
}
