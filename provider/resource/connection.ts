/** What a provider is connected to: an account of Dgraph Cloud, or a cluster. */
export type Connection = "account" | "cluster";

/** Why an input that exists for one connection only is refused with the other. */
export function misplacedInput(on: Connection): string {
  const [exists, connected] =
    on === "account" ? ["backends of Dgraph Cloud", "a cluster"] : ["a cluster", "an account of Dgraph Cloud"];
  return `exists for ${exists} only, and the settings connect to ${connected}: leave it out, or use another Provider`;
}

/** Why a resource that exists for one connection only is refused with the other. */
export function misplacedResource(kind: string, on: Connection): string {
  return on === "account"
    ? `a ${kind} exists in an account of Dgraph Cloud only, and the settings connect to a cluster (clusterUrl): use a Provider with the settings of an account`
    : `a ${kind} exists for a cluster of your own only, and the settings connect to an account of Dgraph Cloud: set clusterUrl, or use a Provider that has it`;
}
