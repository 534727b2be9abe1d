import { Kind, valueFromASTUntyped } from "graphql";
import { operationOf } from "./document";
import type { GraphqlBody } from "./engines/engine";

/** Which backend a request to the control plane is about: by its uid, or by the name that a new one is to have. */
export function aboutBackend(body: GraphqlBody): { uid?: string; name?: string } {
  const [field] = operationOf(body)?.selectionSet.selections ?? [];
  if (field?.kind !== Kind.FIELD) return {};
  const values = Object.fromEntries(
    (field.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, body.variables)]),
  );
  const input = typeof values["input"] === "object" ? (values["input"] as Record<string, unknown>) : {};
  const uid = [values["deploymentID"], input["uid"], input["deploymentID"]].find((id) => typeof id === "string");
  if (typeof uid === "string") return { uid };
  return field.name.value === "createDeployment" && typeof input["name"] === "string" ? { name: input["name"] } : {};
}
