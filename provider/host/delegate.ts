/** Resource types, by the names of their exports in `pulumi-dgraphcloud/provider`. */
export type Kind = "backend" | "restoreRequest" | "restoreCompletion" | "dataDrop" | "graphqlSchema" | "backup";

/**
 * The text in users' states from which the engine loads the provider, also years later. It must load whatever version of the
 * package is installed, so it contains no path and no value, and it never changes. `createRequire` resolves from the folder of the
 * program, also for a package that imports itself by name; a plain `require` in the host does not.
 */
export function delegate(kind: Kind): string {
  return `exports.handler = () => require("module").createRequire(process.cwd() + "/x.js")("pulumi-dgraphcloud/provider").${kind};`;
}
