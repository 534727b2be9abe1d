import type { Target } from "../api/dataPlane";
import type { Context } from "../resource/context";
import { type Field, type FieldTable, givenNames } from "../resource/fields";
import type { Resource, State } from "../resource/resource";
import type { Operation } from "../run/operation";
import { type Protection, protectionChange } from "./backendProtection";
import { refuseLoss, warnOfLoss } from "./recordLoss";

interface ActionOptions<Inputs, S> {
  readonly fields: FieldTable<Inputs>;
  /** The backend whose data the action replaces or erases. */
  readonly targetOf: (state: S) => string;
  /** What the action does to its backend when it runs again: "erases all data". Left out: it only waits. */
  readonly effectOf?: (state: S) => string;
}

type ActionDefaults<Inputs, S extends State> = Required<
  Pick<Resource<Inputs, S>, "fields" | "hiddenChange" | "recordLive" | "recordDeclared" | "storeInputs" | "delete">
>;

/**
 * The target of an action that is about to run. Without one in the program it is the cluster of the settings, and it must be the one of the
 * earlier run: a new trigger must not run it on another cluster that has come to answer at the address.
 */
export function locateTarget(context: Context, operation: Operation, given: string | undefined): Promise<Target> {
  const { data, actions } = context.account;
  return data.locate(given ?? actions.targetOf(context.urn), operation);
}

/**
 * What every resource that is an action has in common. Its state is the only record that it ran: without the record, the next `up` would
 * run it again. So a delete makes no call, but refuses to lose a record that is needed, and warns of any other loss.
 */
export function actionDefaults<Inputs extends object, S extends State & Protection>({
  fields,
  targetOf,
  effectOf,
}: ActionOptions<Inputs, S>): ActionDefaults<Inputs, S> {
  const rules: Readonly<Record<string, Field>> = fields;
  return {
    fields,
    hiddenChange: protectionChange,

    recordLive({ account, urn }, _, state) {
      account.actions.recordTarget(urn, targetOf(state));
    },

    recordDeclared({ account, urn }, id) {
      account.actions.declare(id, urn);
    },

    /** An input that the program leaves out leaves the state too. */
    storeInputs(state, inputs) {
      // The connection fills in a required input that it does not take from the program: the cluster.
      const isKept = (name: string): boolean => rules[name] === undefined || rules[name].required === true;
      const values = Object.entries(state).filter(([name]) => isKept(name));
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
