import { type Field, type FieldTable, givenNames } from "../resource/fields";
import type { Resource, State } from "../resource/resource";
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
  const rules: Readonly<Record<string, Field>> = fields;
  return {
    fields,
    hiddenChange: protectionChange,

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
