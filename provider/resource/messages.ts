import { clean } from "../errors/text";
import { type Code, pointerTo } from "../errors/codes";
import { scrub } from "../errors/redact";
import { isBackend } from "../api/dataPlane";
import { nameIn, typeIn } from "./typeTokens";

/** Why something failed, what to do next (one action a line), and the link to more about its code. */
interface Explanation {
  readonly why: string;
  readonly next: readonly string[];
  readonly code: Code;
}

/** A message: what failed and why, what to do next, and the link to more. */
export function messageOf(what: string, { why, next, code }: Explanation): string {
  return explanationOf({ why: `${what}: ${why}`, next, code });
}

/** A message for a place where the engine says what failed. */
export function explanationOf({ why, next, code }: Explanation): string {
  const actions = next.length === 1 ? next : next.map((action) => `- ${action}`);
  return [why, ...actions, `See ${pointerTo(code)}`].map(presentable).join("\n");
}

/** Removes secrets and control characters: our texts contain names and messages of the service. */
export function presentable(text: string): string {
  return clean(scrub(text));
}

/** The parts of a Restore. Their names stand in no program, so messages name the Restore. */
const parts: Readonly<Record<string, { readonly whole: string; readonly suffix: string }>> = {
  RestoreRequest: { whole: "Restore", suffix: "-request" },
  RestoreCompletion: { whole: "Restore", suffix: "-completion" },
};

/** A resource as the user wrote it, from its URN: `Restore "undo"`. Without a URN, only its kind. */
export function resourceName(urn: string | undefined, kind = kindOf(urn ?? "")): string {
  const { whole, suffix } = parts[kind] ?? { whole: kind, suffix: "" };
  if (urn === undefined) return whole;
  const name = nameIn(urn);
  return `${whole} "${clean(name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name)}"`;
}

/** "DataDrop" of `…::my:index:Environment$pulumi-nodejs:dynamic/dgraphcloud:DataDrop::wipe`. */
function kindOf(urn: string): string {
  const kind = typeIn(urn).split(":").at(-1) ?? "";
  return kind === "" ? "resource" : kind;
}

/** What an action or a schema is about, by its id: `backend 0x42`, or `cluster 3f2a…`. */
export function targetName(id: string): string {
  return isBackend(id) ? `backend ${id}` : `cluster ${id}`;
}

/** A URN quoted for a shell: it has a `$` for each parent. */
export function quoted(urn: string): string {
  return `'${clean(urn).replaceAll("'", `'\\''`)}'`;
}
