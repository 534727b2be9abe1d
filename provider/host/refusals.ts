import { ConflictError } from "../errors/errors";
import type { State } from "../resource/resource";

/** A state that this version cannot read. */
export const newerState = {
  code: "DGC108",
  why: "its state was written by a newer version of pulumi-dgraphcloud than the one that is installed.",
  next: "Install that version or a newer one (npm install pulumi-dgraphcloud@latest), then run the command again.",
} as const;

/** Why a preview refuses to replace a protected resource. */
export const protectedReason =
  "this change replaces the resource and deletes its data, and deletionProtection is on; " +
  "set deletionProtection: false and run pulumi up, then make this change";

export function refuseIfProtected(state: State, id: string, replaces: readonly string[]): void {
  if (state.deletionProtection !== true) return;
  throw new ConflictError({
    code: "DGC304",
    why: `a change of ${replaces.join(" and ")} would replace ${id} and delete its data, and deletionProtection is on.`,
    next: ["Set deletionProtection: false and run pulumi up.", "Then make this change."],
  });
}
