import { triggersField } from "../action/inputs";
import type { Triggers } from "../action/inputs";
import { durations, type FieldTable, notEmpty, uid, unknownValue } from "../resource/fields";
import { isBackend } from "../api/dataPlane";
import { isRecord } from "../api/readAnswer";
import { authorizationProblem, type Authorization } from "./authorization";
import { holdsSecret } from "./secretLines";

/** Inputs of a GraphqlSchema after check. The public documentation of each stands at `GraphqlSchemaArgs` in the sdk. */
export interface GraphqlSchemaInputs {
  /** Left out with a cluster. */
  readonly backend?: string;
  readonly schema: string;
  readonly authorization?: Authorization | undefined;
  readonly allow?: readonly string[];
  readonly triggers?: Triggers;
  readonly timeouts?: { readonly create?: string; readonly update?: string };
}

/** Hidden inputs of the sdk. */
export interface GraphqlSchemaHidden {
  /** The URN of the Backend, which is known before its uid is. */
  readonly __backend?: string;
  /** Names of the inputs that the program gave as secrets. */
  readonly __secrets?: readonly string[];
}

export const graphqlSchemaFields: FieldTable<GraphqlSchemaInputs> = {
  // A stack that moves from a backend to a cluster leaves it out: the schema goes to the cluster then. The cluster's id is no change.
  backend: {
    on: "account",
    onChange: "replace",
    required: true,
    check: uid,
    hasEffect: (value, { backend }) => value !== undefined || isBackend(String(backend)),
  },
  // The engine prints the value of a refused property: it is long, and may hold a secret.
  schema: { onChange: "update", required: true, mayBeSecret: true, isSecret: isSecretText, check: notEmpty },
  // To leave it out removes the line; to leave the consent out takes it back.
  authorization: {
    onChange: "update",
    mayBeSecret: true,
    isSecret: (value) => isRecord(value) && value["verificationKey"] !== undefined,
    check: authorizationProblem,
    hasEffect: () => true,
  },
  allow: { onChange: "state", check: paths, hasEffect: () => true },
  // Unlike an action, a schema is only sent again: nothing is replaced.
  triggers: { ...triggersField, onChange: "update" },
  timeouts: { onChange: "state", check: durations(["create", "update"]) },
};

function isSecretText(value: unknown): boolean {
  return typeof value === "string" && holdsSecret(value);
}

function paths(value: unknown): string | undefined {
  const isList = Array.isArray(value);
  return isList && value.every((path) => path === unknownValue || (typeof path === "string" && path.trim() !== ""))
    ? undefined
    : 'must be a list of paths like ["User.email", "Order"], or ["*"]';
}
