/** Something that an import can take over. */
export interface Importable {
  /** The uid of a backend, or the id of a cluster. */
  readonly id: string;
  readonly name: string;
  /** The kinds of the resources that have this id. */
  readonly kinds: readonly ("Backend" | "GraphqlSchema")[];
}

/** The provider of the imported resources: what the file calls it, and its URN. */
export interface Provider {
  readonly name: string;
  readonly urn: string;
}

/** The text of a file for `pulumi import --file`. */
export function textOf(importable: readonly Importable[], provider: Provider | undefined): string {
  const names = resourceNames(importable, provider?.name);
  const resources = importable.flatMap(({ id, kinds }, index) =>
    kinds.map((kind) => ({
      type: `dgraphcloud:index:${kind}`,
      name: names[index],
      id,
      ...(provider && { provider: provider.name }),
    })),
  );
  const file = { ...(provider && { nameTable: { [provider.name]: provider.urn } }), resources };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * The names of the resources, in their order. Where two would be the same, both get their ids. So does one with the name of the provider:
 * the engine would take the resource for the provider.
 */
function resourceNames(importable: readonly Importable[], reserved: string | undefined): string[] {
  const wanted = importable.map(({ name }) => validName(name));
  const taken = new Set([...wanted, reserved]);
  return importable.map(({ id }, index) => {
    const name = wanted[index] ?? "";
    if (name !== reserved && wanted.indexOf(name) === wanted.lastIndexOf(name)) return name;
    let unique = validName(`${name}-${id}`);
    while (taken.has(unique)) unique += "-2";
    taken.add(unique);
    return unique;
  });
}

/** The engine writes code in which the name is a variable: it begins with a letter, and has only letters, digits, "-" and "_". */
function validName(name: string): string {
  const valid = name.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+|[-_]+$/g, "");
  if (valid === "") return "backend";
  return /^\d/.test(valid) ? `backend-${valid}` : valid;
}
