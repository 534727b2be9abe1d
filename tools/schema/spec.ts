// The parts of Pulumi's package schema that this package uses. The names are those of the schema's own definition.

export interface TypeSpec {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly $ref?: string;
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  /** The value must be known when the program runs. */
  readonly plain?: true;
}

export interface PropertySpec extends TypeSpec {
  readonly description: string;
  readonly secret?: true;
  readonly willReplaceOnChanges?: true;
}

export type Properties = Readonly<Record<string, PropertySpec>>;

export interface ObjectSpec {
  readonly description: string;
  readonly type?: "object";
  readonly properties: Properties;
  readonly required: readonly string[];
}

export interface ResourceSpec extends Partial<ObjectSpec> {
  readonly inputProperties: Properties;
  readonly requiredInputs: readonly string[];
  readonly isComponent?: true;
  readonly aliases?: readonly { readonly type: string }[];
}

export interface FunctionSpec {
  readonly description: string;
  readonly inputs?: ObjectSpec;
  readonly outputs: ObjectSpec;
}

export interface PackageSpec {
  readonly name: string;
  readonly version: string;
  readonly meta: { readonly supportPack: true };
  readonly config: { readonly variables: Properties };
  readonly types: Readonly<Record<string, ObjectSpec>>;
  readonly provider: ResourceSpec;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly functions: Readonly<Record<string, FunctionSpec>>;
  readonly language: Readonly<Record<"nodejs" | "python" | "go", object>>;
  readonly [detail: string]: unknown;
}

/** The token of a resource, a type or a function. */
export function tokenOf(name: string): string {
  return `dgraphcloud:index:${name}`;
}
