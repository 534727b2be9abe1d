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
  return partsOf(urn).type;
}

/** The type token of a resource behind the dynamic-provider host. */
export function dynamicType(kind: string): string {
  return `${families[0]}${kind}`;
}

const urnPrefix = "urn:pulumi:";

interface UrnParts {
  readonly stack: string;
  readonly project: string;
  /** Types of the parents, each with a `$` behind it: "my:index:App$". */
  readonly parents: string;
  readonly type: string;
  /** May contain "::". */
  readonly name: string;
}

function partsOf(urn: string): UrnParts {
  const [stack = "", project = "", types = "", ...name] = urn.slice(urnPrefix.length).split("::");
  const end = types.lastIndexOf("$") + 1;
  return { stack, project, parents: types.slice(0, end), type: types.slice(end), name: name.join("::") };
}

/**
 * A URN without `urn:pulumi:` and without the type of its resource: `dev::shop::my:index:App$::orders`. The state of a dynamic resource has it twice,
 * and the engine writes the whole state with every step.
 */
export function shortUrn(urn: string): string {
  return shortUrnOf(partsOf(urn));
}

/** The short URN of a resource whose parent has this URN. */
export function shortChildUrn(parentUrn: string, name: string): string {
  const { parents, type, ...where } = partsOf(parentUrn);
  // The engine leaves the stack out of the types.
  return shortUrnOf({ ...where, parents: type === "pulumi:pulumi:Stack" ? "" : `${parents}${type}$`, name });
}

export function shortUrnOf({ stack, project, parents, name }: Omit<UrnParts, "type">): string {
  return [stack, project, parents, name].join("::");
}

/** The URN of a resource of this type, from its short form. Older states have the whole URN. */
export function wholeUrn(text: string, type: string): string {
  if (text.startsWith(urnPrefix)) return text;
  const [stack = "", project = "", parents = "", ...name] = text.split("::");
  return `${urnPrefix}${[stack, project, `${parents}${type}`, ...name].join("::")}`;
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
