import type { Context } from "../resource/context";

/** Hidden inputs that the sdk adds to an action: whether the program protects the Backend whose data the action replaces or erases. */
export interface Protection {
  /** URN of the Backend. Left out for a backend that is not a resource of the program. */
  readonly __backend?: string;
  /** Its input `deletionProtection`. Left out when the program leaves it out: then it stays as it was, as for the Backend itself. */
  readonly __backendDeletionProtection?: boolean;
  /** Its resource option `protect`. */
  readonly __backendProtect?: boolean;
}

const flags = ["__backendDeletionProtection", "__backendProtect"] as const;

/** Whether a destroy would leave the backend alive. */
export function isProtected({ __backendDeletionProtection, __backendProtect }: Protection): boolean {
  return __backendDeletionProtection === true || __backendProtect === true;
}

/**
 * Describes a change of the protection; undefined when it is as the state records it. A value that is not known yet is no change, and neither
 * is any value where the state is of a version that recorded none.
 */
export function protectionChange(state: Protection, news: Protection): string | undefined {
  if (state.__backendProtect === undefined) return undefined;
  const changed = flags.filter((name) => typeof news[name] === "boolean" && (state[name] ?? false) !== news[name]);
  if (changed.length === 0) return undefined;
  const merged = { ...state, ...Object.fromEntries(changed.map((name) => [name, news[name]])) };
  return isProtected(merged)
    ? "its backend is protected: from now on a destroy keeps this record too, so that a later pulumi up does not run the action again (only the state is written)"
    : "its backend is not protected any more: from now on a destroy deletes this record (only the state is written)";
}

/** The protection in a new record. The program may leave deletionProtection out while the state of the Backend still has it. */
export function recordedProtection({ account }: Context, uid: string, inputs: Protection): Protection {
  if (inputs.__backendDeletionProtection !== undefined || !account.facts.has(uid, "protected")) return {};
  return { __backendDeletionProtection: true };
}
