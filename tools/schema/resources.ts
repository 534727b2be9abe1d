import type { Field } from "../../provider/resource/fields";
import type { Declared, Sources } from "./sources";
import type { Properties, PropertySpec, ResourceSpec } from "./spec";
import type { Types } from "./types";
import type { Words } from "./words";

/** A resource of provider/, and where sdk/ declares what the schema needs. */
export interface CustomResource {
  readonly resource: { readonly kind: string; readonly fields: Readonly<Record<string, Field>> };
  /** The interface that has exactly its inputs. Default: its name and "Args". */
  readonly args?: string;
  /** Inputs of this interface that only the component has. */
  readonly ofComponent?: readonly string[];
  /** An interface that documents more of its inputs. */
  readonly inputsAlsoIn?: string;
  /** A class that documents more of its outputs. */
  readonly outputsAlsoIn?: string;
}

/** Describes resources, components and the provider. */
export class Resources {
  constructor(
    private readonly sources: Sources,
    private readonly words: Words,
    private readonly types: Types,
  ) {}

  custom(custom: CustomResource): ResourceSpec {
    const { kind, fields } = custom.resource;
    const { args = `${kind}Args`, ofComponent = [], inputsAlsoIn, outputsAlsoIn } = custom;
    const type = this.sources.declared(kind);
    const own = this.sources.declared(args);
    const names = [...this.sources.propertiesOf(own).keys()].filter((name) => !ofComponent.includes(name));
    refuseDifference(`${args} in sdk/`, names, `the field table of ${kind} in provider/`, Object.keys(fields));
    const inputs = [...(inputsAlsoIn === undefined ? [] : [this.sources.declared(inputsAlsoIn)]), own];
    const rows = Object.entries(fields);
    const inputProperties = fromEntries(rows.map(([name, field]) => [name, this.input(inputs, own, name, field)]));
    const requiredInputs = rows.filter(([, field]) => isAlwaysRequired(field)).map(([name]) => name);
    const others = outputsAlsoIn === undefined ? [] : [...this.sources.outputsOf(this.sources.declared(outputsAlsoIn))];
    const outputs = this.outputs(type, (name) => {
      const [, other] = others.find(([otherName]) => otherName === name) ?? [];
      return inputProperties[name]?.description ?? (other && this.sources.docstring(other));
    });
    const ofInputs = fromEntries(Object.entries(inputProperties).map(([name, input]) => [name, asOutput(input)]));
    return {
      description: this.description(type, custom.args === undefined ? own : undefined),
      properties: { ...ofInputs, ...outputs.properties },
      required: [...new Set([...requiredInputs, ...outputs.required])],
      inputProperties,
      requiredInputs,
      aliases: [{ type: `pulumi-nodejs:dynamic/dgraphcloud:${kind}` }],
    };
  }

  /** A component: its inputs are those of its class, without what only a program in TypeScript can give: another resource. */
  component(type: Declared): ResourceSpec {
    const args = this.sources.declared(`${type.name}Args`);
    const symbols = [...this.sources.propertiesOf(args)].filter(([, symbol]) => !this.types.isResource(symbol));
    const required = symbols.filter(([, symbol]) => !this.types.isOptional(symbol));
    return {
      isComponent: true,
      description: this.description(type, args),
      ...this.outputs(type, () => undefined),
      inputProperties: fromEntries(
        symbols.map(([name, symbol]) => {
          const spec = this.types.property(symbol, `${args.name}.${name}`);
          return [name, { ...spec, ...this.types.plainMark(symbol) }];
        }),
      ),
      requiredInputs: required.map(([name]) => name),
    };
  }

  /** The provider. None of its settings is required: environment variables may give them. */
  provider(settings: readonly string[]): ResourceSpec {
    const args = this.sources.declared("ProviderArgs");
    const symbols = this.sources.propertiesOf(args);
    refuseDifference("ProviderArgs in sdk/", [...symbols.keys()], "settingNames in provider/api/settings.ts", settings);
    return {
      description: this.description(this.sources.declared("Provider"), args),
      inputProperties: fromEntries(
        [...symbols].map(([name, symbol]) => [name, this.types.property(symbol, `ProviderArgs.${name}`)]),
      ),
      requiredInputs: [],
    };
  }

  private input(inputs: readonly Declared[], own: Declared, name: string, field: Field): PropertySpec {
    const declared = inputs.find((one) => this.sources.propertiesOf(one).has(name)) ?? own;
    const symbol = this.sources.propertiesOf(declared).get(name);
    const at = `${declared.name}.${name}`;
    if (symbol === undefined) throw new Error(`${at} does not exist.`);
    const spec = this.types.property(symbol, at);
    const isRequired = isAlwaysRequired(field);
    if (declared === own && isRequired === this.types.isOptional(symbol)) {
      const [inSdk, inTable] = isRequired ? ["optional", "required"] : ["required", "optional"];
      throw new Error(`${at} is ${inSdk} in sdk/, and ${inTable} in the field table in provider/: make them equal.`);
    }
    if (spec.secret === true && field.mayBeSecret !== true)
      throw new Error(
        `${at} is a secret by its docstring, and its row in the field table lacks mayBeSecret, so that a refusal would print it: add it.`,
      );
    return { ...spec, ...(field.onChange === "replace" && { willReplaceOnChanges: true }) };
  }

  /** The outputs that a class declares. `elsewhere` gives the docstring of one that has none of its own. */
  private outputs(
    type: Declared,
    elsewhere: (name: string) => string | undefined,
  ): { readonly properties: Properties; readonly required: readonly string[] } {
    const symbols = [...this.sources.outputsOf(type)];
    const properties = symbols.map(([name, symbol]) => {
      const docstring = this.sources.docstring(symbol) || elsewhere(name);
      return [name, this.types.property(symbol, `${type.name}.${name}`, docstring ?? "")] as const;
    });
    const required = symbols.filter(([, symbol]) => !this.types.isOptional(symbol));
    return { properties: fromEntries(properties), required: required.map(([name]) => name) };
  }

  /** The docstring of a class, and what the one of its inputs adds. */
  private description(type: Declared, args: Declared | undefined): string {
    const own = this.words.of(this.sources.docstring(type.symbol));
    if (own === "") throw new Error(`${type.name} has no docstring, and the package schema needs one: add it in sdk/.`);
    const ofInputs = args === undefined ? "" : this.words.of(this.sources.docstring(args.symbol));
    const added = ofInputs.replace(/^Inputs of an? `\w+`\. ?/, "").replace(/^Inputs of an? `\w+`: /, "Its inputs are ");
    return [own, added].filter((text) => text !== "").join("\n\n");
  }
}

/** Whether a program must give an input, whatever the provider is connected to. */
export function isAlwaysRequired({ required, on }: Field): boolean {
  return required === true && on === undefined;
}

/** An input in the state: the mark of a replacement belongs to the input. */
function asOutput(input: PropertySpec): PropertySpec {
  const entries = Object.entries(input).filter(([name]) => name !== "willReplaceOnChanges");
  return Object.fromEntries(entries) as unknown as PropertySpec;
}

function refuseDifference(one: string, names: readonly string[], other: string, otherNames: readonly string[]): void {
  for (const [has, hasNames, lacks, lacksNames] of [
    [one, names, other, otherNames],
    [other, otherNames, one, names],
  ] as const) {
    const missing = hasNames.find((name) => !lacksNames.includes(name));
    if (missing === undefined) continue;
    throw new Error(`"${missing}" is in ${has} and not in ${lacks}: add it there, or remove it.`);
  }
}

function fromEntries(entries: readonly (readonly [string, PropertySpec])[]): Record<string, PropertySpec> {
  return Object.fromEntries(entries);
}
