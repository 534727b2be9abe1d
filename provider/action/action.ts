import { ConflictError } from "../errors/errors";
import { clean } from "../errors/text";
import type { Context } from "../resource/context";
import { type FieldTable, givenNames } from "../resource/fields";
import type { Resource, State } from "../resource/resource";
import { isProtected, type Protection, protectionChange } from "./protection";

interface ActionOptions<Inputs, S> {
  readonly fields: FieldTable<Inputs>;
  /** The backend whose data the action replaces or erases. */
  readonly targetOf: (state: S) => string;
  /** What the action does to its backend when it runs again: "erases all data". Left out: it only waits. */
  readonly effectOf?: (state: S) => string;
}

type ActionDefaults<Inputs, S extends State> = Required<
  Pick<Resource<Inputs, S>, "fields" | "hiddenChange" | "recordDeclared" | "storeInputs" | "delete">
>;

/**
 * What every resource that is an action has in common. Its state is the only record that it ran: without the record, the next `up` would
 * run it again. So a delete makes no call, but refuses to lose a record that is needed, and warns of any other loss.
 */
export function actionDefaults<Inputs extends object, S extends State & Protection>({
  fields,
  targetOf,
  effectOf,
}: ActionOptions<Inputs, S>): ActionDefaults<Inputs, S> {
  return {
    fields,
    hiddenChange: protectionChange,

    recordDeclared({ account, urn }, id) {
      account.actions.declare(id, urn);
    },

    /** An input that the program leaves out leaves the state too. */
    storeInputs(state, inputs) {
      const values = Object.entries(state).filter(([name]) => !(name in fields));
      const given = givenNames(fields, { ...inputs } as Readonly<Record<string, unknown>>);
      return { ...Object.fromEntries(values), ...inputs, __state: { ...state.__state, given } } as unknown as S;
    },

    delete(context, _, id, state) {
      const record = { id, uid: targetOf(state), state };
      refuseLoss(context, record);
      if (effectOf !== undefined) warnOfLoss(context, record, effectOf(state));
      return Promise.resolve();
    },
  };
}

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
function refuseLoss({ account, urn }: Context, { id, uid, state }: ActionRecord): void {
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
function warnOfLoss(context: Context, { id, uid }: ActionRecord, effect: string): void {
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
