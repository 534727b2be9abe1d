/** What type tokens of this package begin with: those of the dynamic provider, and those of the plugin. */
const families = ["pulumi-nodejs:dynamic/dgraphcloud:", "dgraphcloud:index:"] as const;

/** The kind of a resource of this package, such as "Backend", from its type token; undefined for other packages. */
export function kindOf(type: string): string | undefined {
  const family = families.find((prefix) => type.startsWith(prefix));
  const kind = family === undefined ? "" : type.slice(family.length);
  return /^\w+$/.test(kind) ? kind : undefined;
}

/** The type token of a resource, from its URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
export function typeIn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The name of a resource, from its URN. A name may contain "::". */
export function nameIn(urn: string): string {
  const parts = urn.split("::");
  return parts.length > 4 ? parts.slice(3).join("::") : (parts.at(-1) ?? urn);
}

/** Whether a URN is of a Provider of the plugin: a connection to an account or to a cluster. */
export function isProvider(urn: string): boolean {
  return typeIn(urn) === "pulumi:providers:dgraphcloud";
}
