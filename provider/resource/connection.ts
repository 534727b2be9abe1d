import type { Failure } from "./fields";

/** What a provider is connected to: an account of Dgraph Cloud, or a cluster. */
export type Connection = "account" | "cluster";

/** Why an input that exists for one connection only is refused with the other. */
export function elsewhere(on: Connection): string {
  const [exists, connected] =
    on === "account" ? ["backends of Dgraph Cloud", "a cluster"] : ["a cluster", "an account of Dgraph Cloud"];
  return `exists for ${exists} only, and the settings connect to ${connected}: leave it out, or use another Provider`;
}

/** The refusal of a resource that exists for one connection only; undefined where the settings fit, or do not tell. */
export function misplacedFailure(
  kind: string,
  on: Connection,
  connection: Connection | undefined,
): Failure | undefined {
  if (connection === undefined || on === connection) return undefined;
  const reason =
    on === "account"
      ? `a ${kind} exists in an account of Dgraph Cloud only, and the settings connect to a cluster (clusterUrl): use a Provider with the settings of an account`
      : `a ${kind} exists for a cluster of your own only, and the settings connect to an account of Dgraph Cloud: set clusterUrl, or use a Provider that has it`;
  return { property: "", code: "DGC803", reason };
}
