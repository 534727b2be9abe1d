import { Kind, valueFromASTUntyped } from "graphql";
import { operationOf } from "../graphql/document";
import type { GraphqlBody } from "../engines/engine";

/** Which backend a request to the control plane is about: by its uid, or by the name that a new one is to have. */
export function aboutBackend(body: GraphqlBody): { uid?: string; name?: string } {
  const [field] = operationOf(body)?.selectionSet.selections ?? [];
  if (field?.kind !== Kind.FIELD) return {};
  const values = Object.fromEntries(
    (field.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, body.variables)]),
  );
  // What is no object, the field itself refuses later.
  const input = (typeof values["input"] === "object" ? values["input"] : undefined) ?? {};
  const { uid, deploymentID, name } = input as Readonly<Record<string, unknown>>;
  const found = [values["deploymentID"], uid, deploymentID].find((id) => typeof id === "string");
  if (typeof found === "string") return { uid: found };
  return field.name.value === "createDeployment" && typeof name === "string" ? { name } : {};
}
