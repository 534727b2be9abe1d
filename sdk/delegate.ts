/** Resource types, as the provider's published entry names them. */
export type Kind = "backend" | "restoreRequest" | "restoreCompletion" | "dataDrop";

/**
 * The text that stands in users' states and finds the provider's code again, years later: it must load whatever version
 * of the package is installed, so it holds no path and no value, and it never changes. `createRequire` resolves from the
 * program's folder, also for a package that imports itself by name, which a plain `require` in the host does not.
 */
export function delegate(kind: Kind): string {
  return `exports.handler = () => require("module").createRequire(process.cwd() + "/x.js")("pulumi-dgraphcloud/provider").${kind};`;
}
