import type { ActionRefusal, PlannedAction } from "../dataPlane";
import type { ClusterAccess } from "./access";

/** Why the settings of a cluster rule an action out. */
export function refusalOf(
  action: PlannedAction,
  { namespace, login }: Pick<ClusterAccess, "namespace" | "login">,
): ActionRefusal | undefined {
  const isOfAll = action.what !== "drop" || "allDataAndSchema" in action.drop;
  if (namespace > 0 && isOfAll)
    return {
      code: "DGC811",
      property: "",
      reason: `the ${action.what === "drop" ? "drop of everything" : action.what} concerns all namespaces of the cluster, so only the superadmin may do it: connect without clusterNamespace (it is ${namespace})`,
    };
  if (action.what !== "drop" || login === undefined) return undefined;
  if (!("allData" in action.drop || "allDataAndSchema" in action.drop)) return undefined;
  const property = "resetAccessControl";
  const what = 'the drop removes all users and groups, and resets the password of groot to the well-known "password"';
  if (action.resetAccessControl !== true)
    return {
      code: "DGC804",
      property,
      reason: `is not true, and the cluster has access control: ${what}. If you agree, set it to true: groot gets clusterPassword again right after the drop`,
    };
  if (login.user === "groot") return undefined;
  return {
    code: "DGC804",
    property,
    reason: `needs clusterUser "groot": ${what}, and the user of the settings would be gone`,
  };
}
