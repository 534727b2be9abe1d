import type { Context } from "../resource/context";

/** What the sdk sends along with an action: what the program says of the Backend whose data the action replaces or erases. */
export interface Protection {
  /** URN of the Backend; left out for a backend that is no resource of the program. */
  readonly __backend?: string;
  /** Its input of that name. Left out when the program leaves it out: then it stays as it was, as for the Backend itself. */
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
 * What to say when the protection is another one than the state records; undefined when it is the same. Values that are not known yet
 * say nothing, and a state of a version that recorded none shows no change.
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

/** What a new record says. The program may leave deletionProtection out while the state of the Backend still has it. */
export function recordedProtection({ account }: Context, uid: string, inputs: Protection): Protection {
  if (inputs.__backendDeletionProtection !== undefined || !account.facts.has(uid, "protected")) return {};
  return { __backendDeletionProtection: true };
}
