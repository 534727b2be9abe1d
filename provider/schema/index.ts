import { effectiveFields } from "../resource/fields";
import { targetName } from "../resource/messages";
import type { Resource } from "../resource/resource";
import { waitFor } from "../resource/wait";
import { announceChanges, checkSchema, refuseSecond } from "./check";
import { graphqlSchemaFields, type GraphqlSchemaInputs } from "./inputs";
import { keepSecretLines } from "./authorization";
import { driftOf, storedPredicates, unlessBusy } from "./live";
import {
  foundState,
  type GraphqlSchemaState,
  graphqlSchemaStateVersion,
  refreshedState,
  stateOf,
  withProgramInputs,
} from "./model";
import { sendSchema } from "./send";

/** The GraphQL schema of a backend. Its id is the uid of the backend. */
export const graphqlSchema: Resource<GraphqlSchemaInputs, GraphqlSchemaState> = {
  kind: "GraphqlSchema",
  fields: graphqlSchemaFields,
  timeouts: { create: "10m", update: "10m" },
  recomputed: ["generatedSchema", "changes", "appliedAt"],
  stateVersion: graphqlSchemaStateVersion,
  check: checkSchema,
  announce: announceChanges,
  preflight: (context, planned) => Promise.resolve(refuseSecond(context, planned)),

  hiddenChange: ({ __state: { drift } }) =>
    drift === undefined ? undefined : `the database differs from the schema: ${drift.join("; ")}; it is sent again`,

  async create(context, operation, inputs) {
    const target = await context.account.data.locate(inputs.backend, operation);
    const { id } = target;
    const unknown = stateOf(inputs, id, { generatedSchema: "", appliedAt: "", changes: [] }, "pending");
    let reached: GraphqlSchemaState | undefined;
    const recordUnknown = (): void => {
      reached = unknown;
    };
    try {
      return { id, state: await sendSchema({ context, operation, target, inputs, recordUnknown }) };
    } catch (error) {
      if (reached === undefined || !(error instanceof Error)) throw error;
      return { id, state: reached, failure: error };
    }
  },

  async ready(context, operation, _, state, inputs, checkpoint) {
    const isSent = effectiveFields(graphqlSchemaFields, { ...state }, { ...inputs }, "update").length === 0;
    if (isSent && state.__state.status === "ready") return withProgramInputs(state, inputs);
    const recordUnknown = (): void => {
      checkpoint({ ...state, __state: { ...state.__state, status: "pending" } });
    };
    const target = await context.account.data.locate(state.backend, operation);
    return sendSchema({ context, operation, target, inputs, recordUnknown });
  },

  storeInputs: withProgramInputs,

  async read(context, operation, id, known) {
    const { data } = context.account;
    // Without its backend the schema is gone too. A wrong look costs nothing: the schema would be sent again.
    if (known !== undefined && (await data.lacks(id, operation))) return undefined;
    await data.locate(id, operation);
    return waitFor(context, operation, {
      what: `${id} to answer with its schema`,
      // While a restore runs, Dgraph refuses all requests.
      poll: () =>
        unlessBusy(async () => {
          const live = await data.generatedSchema(id, operation);
          keepSecretLines(live.schema);
          if (known === undefined) return { done: foundState(id, live) };
          const stored = await storedPredicates(context, operation, id);
          return { done: refreshedState(known, live, driftOf({ stored }, live.schema)) };
        }),
      reached: (_, elapsed) => `the schema of ${id} was read after ${elapsed}`,
      afterDeadline: "Run the command again once it answers: a restore may be running.",
    });
  },

  delete(context, _, id) {
    context.info(
      `no call is made: as long as the ${targetName(id)} exists, the schema stays on it, since Dgraph takes no empty one`,
    );
    return Promise.resolve();
  },
};
