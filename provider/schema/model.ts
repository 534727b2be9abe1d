import type { LiveSchema } from "../api/dataAnswers";
import type { Target } from "../api/dataPlane";
import { givenNames } from "../resource/fields";
import type { Context } from "../resource/context";
import type { Metadata } from "../resource/resource";
import type { Operation } from "../run/operation";
import { type SchemaParts, splitText, textOf } from "./authorization";
import type { SchemaChange as RecordedChange } from "../types";
import { isSameSchema, type SchemaChange } from "./grading";
import { graphqlSchemaFields, type GraphqlSchemaInputs } from "./inputs";

export interface GraphqlSchemaMetadata extends Metadata {
  /** How the database differs from the schema although the text is the same; found by a refresh. */
  readonly drift?: readonly string[];
}

export interface GraphqlSchemaState extends GraphqlSchemaInputs {
  /** The uid of the backend, or the id of the cluster. */
  readonly backend: string;
  readonly generatedSchema: string;
  /** What the last update changed, the worst first. */
  readonly changes: readonly RecordedChange[];
  readonly appliedAt: string;
  readonly __state: GraphqlSchemaMetadata;
}

/** The program's schema on its way to a backend. */
export interface Sending {
  readonly context: Context;
  readonly operation: Operation;
  readonly target: Target;
  readonly inputs: GraphqlSchemaInputs;
  /** Called before a failure after which nobody knows what Dgraph has applied. */
  readonly recordUnknown: () => void;
}

export const graphqlSchemaStateVersion = 1;

/** The state after the program's schema was sent. `pending`: it is not known whether all of it was applied. */
export function stateOf(
  inputs: GraphqlSchemaInputs,
  backend: string,
  sent: Pick<GraphqlSchemaState, "generatedSchema" | "appliedAt"> & { readonly changes: readonly SchemaChange[] },
  status: Metadata["status"],
): GraphqlSchemaState {
  return {
    ...inputs,
    backend,
    generatedSchema: sent.generatedSchema,
    changes: sent.changes.map(({ grade, path, description }) => ({ grade, path, description })),
    appliedAt: sent.appliedAt,
    __state: { version: graphqlSchemaStateVersion, status, given: givenNames(graphqlSchemaFields, { ...inputs }) },
  };
}

/** The state with the program's inputs. An input that the program leaves out leaves the state too. */
export function withProgramInputs(state: GraphqlSchemaState, inputs: GraphqlSchemaInputs): GraphqlSchemaState {
  const { backend, generatedSchema, changes, appliedAt, __state } = state;
  const given = givenNames(graphqlSchemaFields, { ...inputs });
  return { backend, ...inputs, generatedSchema, changes, appliedAt, __state: { ...__state, given } };
}

/** The state after a refresh. A text that means the same is no drift. `drift`: how the database differs from the live text. */
export function refreshedState(
  known: GraphqlSchemaState,
  live: LiveSchema,
  drift: readonly string[],
): GraphqlSchemaState {
  const parts: SchemaParts = isSameSchema(textOf(known), live.schema) ? known : splitText(live.schema, known);
  const { version, status, given } = known.__state;
  const __state =
    drift.length === 0 ? { version, status, given } : { version, status: "pending" as const, given, drift };
  const { schema, authorization } = parts;
  return { ...known, schema, authorization, generatedSchema: live.generatedSchema, __state };
}

/** The state of a schema that a program only looks up. */
export function foundState(backend: string, live: LiveSchema): GraphqlSchemaState {
  const { schema } = splitText(live.schema, { schema: "" });
  const __state = { version: graphqlSchemaStateVersion, status: "ready" as const, given: [] };
  return { backend, schema, generatedSchema: live.generatedSchema, changes: [], appliedAt: "", __state };
}
