import { readFileSync } from "node:fs";

interface PropertySchema {
  readonly secret?: boolean;
}

type PropertySchemas = Readonly<Record<string, PropertySchema>>;

/** The part of the schema that the host reads. The build writes the schema from the field tables and the docstrings of sdk/. */
interface Schema {
  readonly version: string;
  readonly config: { readonly variables: PropertySchemas };
  readonly resources: Readonly<
    Record<string, { readonly properties: PropertySchemas; readonly inputProperties: PropertySchemas }>
  >;
}

/** Names of the outputs of a resource, and of its secrets. */
export interface Outputs {
  readonly names: readonly string[];
  readonly secrets: readonly string[];
}

/** The schema of the package, which says what the field tables of the resources do not: what their outputs are. */
export class PackageSchema {
  private parsed: Schema | undefined;

  constructor(private readonly file: string) {}

  get text(): string {
    return readFileSync(this.file, "utf8");
  }

  get version(): string {
    return this.schema.version;
  }

  get secretSettings(): readonly string[] {
    return secretsOf(this.schema.config.variables);
  }

  outputsOf(kind: string): Outputs {
    const found = this.schema.resources[`dgraphcloud:index:${kind}`];
    if (found === undefined) throw new Error(`the schema of the package has no ${kind}`);
    const { properties, inputProperties } = found;
    return { names: Object.keys(properties), secrets: secretsOf({ ...inputProperties, ...properties }) };
  }

  private get schema(): Schema {
    return (this.parsed ??= JSON.parse(this.text) as Schema);
  }
}

function secretsOf(properties: PropertySchemas): string[] {
  return Object.keys(properties).filter((name) => properties[name]?.secret === true);
}
