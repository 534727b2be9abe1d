import { ConflictError } from "../errors/errors";
import { clean } from "../errors/text";
import { targetName } from "../resource/messages";
import type { Context } from "../resource/context";
import { nameIn } from "../resource/typeTokens";
import { isProtected, type Protection } from "./backendProtection";

/** A record that is being deleted. */
interface ActionRecord {
  readonly id: string;
  /** The backend whose data the action replaced or erased. */
  readonly uid: string;
  readonly state: Protection;
}

/**
 * Refuses to delete the record of an action on a protected backend if the program declares neither the action nor the backend: this is a
 * destroy, or an `up` that removed both. The backend stays, so without the record the next `up` would run the action again.
 */
export function refuseLoss({ account, urn }: Context, { id, uid, state }: ActionRecord): void {
  const { facts, actions } = account;
  const isDeclared = [uid, state.__backend].some((key) => key !== undefined && facts.has(key, "declared"));
  if (!isProtected(state) || isDeclared || actions.isDeclared(id, urn)) return;
  const name = state.__backend === undefined ? "" : ` "${nameOf(state.__backend)}"`;
  throw new ConflictError({
    code: "DGC418",
    why: `its backend${name} (${uid}) is protected and stays; without this record, the next pulumi up would run the action again and erase what was written since.`,
    next: [
      "To delete this record alone, take the action out of the program and run pulumi up (with --target, name the backend too).",
      "To delete the backend too, set deletionProtection: false (and take protect off), run pulumi up, then destroy.",
      "To destroy everything else, add --exclude with the URN of this action.",
    ],
  });
}

/** Warns that the record is lost: a later `up` would run the action for the first time. `effect` is what it would do then. */
export function warnOfLoss(context: Context, { id, uid }: ActionRecord, effect: string): void {
  const { urn, account } = context;
  const { actions } = account;
  if (actions.isDeclared(id, urn)) {
    context.progress(`the record of ${id} is removed; no call is made`);
    return;
  }
  actions.recordRemoved(uid, nameOf(urn ?? id));
  context.warn(
    `its record is removed; no call is made. A later pulumi up with this action in its program would be a first run: ` +
      `if the ${targetName(uid)} is still there, it ${effect} again. To prevent that, leave it out of the program, or give it a notAfter that has passed.`,
  );
}

function nameOf(urn: string): string {
  return clean(nameIn(urn));
}
