import type { Code } from "../errors/codes";
import { ConflictError } from "../errors/errors";
import type { Failure } from "./fields";

const code: Code = "DGC304";

/** The one text of the refusal. `loss` is what deletes the data: "deleting 0x42 would delete all its data". */
function refusal(loss: string, then: string): { code: Code; why: string; next: readonly string[] } {
  return {
    code,
    why: `deletionProtection is on, and ${loss}.`,
    next: ["Set deletionProtection: false in the program and run pulumi up.", then],
  };
}

/** The refusal of a replacement, as a check reports it; undefined when nothing protected would be replaced. */
export function replaceFailure(
  olds: { readonly deletionProtection?: unknown },
  replaces: readonly string[],
): Failure | undefined {
  const [property] = replaces;
  if (olds.deletionProtection !== true || property === undefined) return undefined;
  const { why, next } = refusal("this change would replace the resource and delete its data", "Then make this change.");
  return { property, code, reason: [why, ...next].join(" ") };
}

/** Refuses to replace a protected object. */
export function refuseReplace(
  state: { readonly deletionProtection?: boolean },
  id: string,
  replaces: readonly string[],
): void {
  if (state.deletionProtection !== true || replaces.length === 0) return;
  const change = `a change of ${replaces.join(" and ")} would replace ${id} and delete its data`;
  throw new ConflictError(refusal(change, "Then make this change."));
}

/** The refusal to delete a protected object. */
export function protectedObject(id: string): ConflictError {
  return new ConflictError(refusal(`deleting ${id} would delete all its data`, "Then delete it."));
}
