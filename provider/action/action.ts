import type { Context } from "../resource/context";
import { AbsentError, ConflictError } from "../errors/errors";
import { type Field, givenNames } from "../resource/fields";
import type { Metadata, State } from "../resource/resource";
import { clean } from "../errors/text";
import { isProtected, type Protection } from "./protection";

/** The state of an action with the program's newest inputs: what the user took out is out. */
export function withInputs<Inputs extends object, S extends State & { readonly __state: Metadata }>(
  fields: Readonly<Record<keyof Required<Inputs>, Field>>,
  state: S,
  inputs: Inputs,
): S {
  const values = Object.entries(state).filter(([name]) => !(name in fields));
  const given = givenNames(fields, { ...inputs } as Record<string, unknown>);
  return { ...Object.fromEntries(values), ...inputs, __state: { ...state.__state, given } } as unknown as S;
}

/** What was done stays done: a refresh asks nobody and arms nothing. */
export function keepRecord<S>(known: S | undefined): Promise<S> {
  if (known !== undefined) return Promise.resolve(known);
  return Promise.reject(
    new AbsentError({
      code: "DGC416",
      why: "a restore or a drop is an action, and the service keeps no record that could be looked up.",
      next: "Declare it in the program instead of looking it up.",
    }),
  );
}

/** A record that is being deleted. */
interface Leaving {
  readonly id: string;
  /** The backend whose data the action replaced or erased. */
  readonly uid: string;
  readonly state: Protection;
}

/**
 * Refuses to delete the record of an action while its backend is protected and the program declares neither: then this is a destroy, or an
 * `up` that took both out. Such a backend stays, and without the record the next `up` would run the action again.
 */
export function refuseLoss({ account, urn }: Context, { id, uid, state }: Leaving): void {
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

/** Warns that the action is forgotten: to a later `up` it would be new. `effect` is what it would do then: "erases all data". */
export function warnOfLoss(context: Context, { id, uid }: Leaving, effect: string): void {
  const { urn, account } = context;
  const { actions } = account;
  if (actions.isDeclared(id, urn)) {
    context.progress(`the record of ${id} is removed; no call is made`);
    return;
  }
  actions.recordRemoved(uid, nameOf(urn ?? id));
  context.warn(
    `its record is removed; no call is made. A later pulumi up with this action in its program would be a first run: ` +
      `if the backend ${uid} is still there, it ${effect} again. To prevent that, leave it out of the program, or give it a notAfter that has passed.`,
  );
}

function nameOf(urn: string): string {
  return clean(urn.split("::").at(-1) ?? urn);
}
