/** Resource types, by the names of their exports in `pulumi-dgraphcloud/provider`. */
export type Kind = "backend" | "restoreRequest" | "restoreCompletion" | "dataDrop" | "graphqlSchema" | "backup";

/**
 * The text in users' states from which the engine loads the provider, also years later. It must load whatever version of the package is installed,
 * so it contains no path and no value. It is in the state twice for each resource, and the engine writes the whole state with every step. So it is short.
 * Older states hold a longer text, which loads the same.
 */
export function delegate(kind: Kind): string {
  return `exports.handler=()=>require('pulumi-dgraphcloud/provider').${kind}`;
}
