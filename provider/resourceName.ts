import { clean } from "./text";

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
