import { type Code, pointerTo } from "./codes";
import { scrub } from "./secrets";
import { clean } from "./text";

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
