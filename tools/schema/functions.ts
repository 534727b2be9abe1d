import type ts from "typescript";
import type { Declared, Sources } from "./sources";
import type { FunctionSpec, ObjectSpec, PropertySpec } from "./spec";
import { nameOf, type Types } from "./types";
import type { Words } from "./words";

/** Describes the functions. */
export class Functions {
  constructor(
    private readonly sources: Sources,
    private readonly words: Words,
    private readonly types: Types,
  ) {}

  /** A function, with all its overloads: the first one is for an account, another one for a cluster. */
  function({ name, symbol }: Declared): FunctionSpec {
    const signatures = this.sources.typeOf(symbol).getCallSignatures();
    const inputs = signatures.flatMap((signature) => this.inputs(signature));
    const results = signatures.map((signature) => this.result(signature, name));
    const thrown = this.sources.tags(symbol, "throws").map((text) => `Fails if ${text.replace(/^If /, "")}`);
    const docstring = [this.sources.docstring(symbol), ...thrown].join("\n\n");
    return {
      description: this.words.of(docstring),
      ...(inputs.length > 0 && { inputs: merged(inputs) }),
      outputs: this.outputs(name, results),
    };
  }

  private inputs(signature: ts.Signature): ObjectSpec[] {
    const args = signature.parameters.find(({ name }) => name === "args");
    if (args === undefined) return [];
    const type = this.sources.checker.getNonNullableType(this.sources.typeOf(args));
    const spec = this.types.object(type, nameOf(type));
    return [
      {
        ...spec,
        description: sentence(spec.description.replace(/^Inputs of `\w+`(?: for a cluster of your own)?[.:] ?/, "")),
      },
    ];
  }

  /** What a function gives: an object, or a list of them or of texts. */
  private result(signature: ts.Signature, name: string): { readonly type: ts.Type; readonly isList: boolean } {
    const { checker } = this.sources;
    const type = checker.getAwaitedType(signature.getReturnType());
    if (type === undefined) throw new Error(`${name} of sdk/ gives no promise.`);
    if (!checker.isArrayType(type)) return { type, isList: false };
    const [item = type] = checker.getTypeArguments(type as ts.TypeReference);
    return { type: item, isList: true };
  }

  /** Results of functions are objects in a schema. A list has the last word of the function's name: `getLambdaLogs` gives `logs`. */
  private outputs(name: string, results: readonly { readonly type: ts.Type; readonly isList: boolean }[]): ObjectSpec {
    const [first] = results;
    if (first === undefined) throw new Error(`${name} of sdk/ is no function.`);
    if (!first.isList) return this.types.object(first.type, nameOf(first.type));
    const listName = (/[A-Z][a-z]+$/.exec(name)?.[0] ?? name).toLowerCase();
    const isObject = first.type.isClassOrInterface();
    const items = isObject
      ? this.types.add(nameOf(first.type), merged(results.map(({ type }) => this.types.object(type, nameOf(type)))))
      : ({ type: "string" } as const);
    const list = this.types.marked({ type: "array", items, description: `The ${listName} that were found.` });
    return { description: "", properties: { [listName]: list }, required: [listName] };
  }
}

/** What an account and a cluster have in common, and what only one of them has. */
function merged(specs: readonly ObjectSpec[]): ObjectSpec {
  const [account, cluster] = specs;
  if (account === undefined || cluster === undefined)
    return account ?? { description: "", properties: {}, required: [] };
  const names = [...new Set([...Object.keys(account.properties), ...Object.keys(cluster.properties)])];
  const properties = names.map((name) => {
    const [one, other] = [account.properties[name], cluster.properties[name]];
    return [name, one && other ? both(one, other) : only(one, other)] as const;
  });
  return {
    description: together(account.description, cluster.description),
    properties: Object.fromEntries(properties),
    required: account.required.filter((name) => cluster.required.includes(name)),
  };
}

function both(account: PropertySpec, cluster: PropertySpec): PropertySpec {
  return { ...account, description: together(account.description, cluster.description) };
}

function only(account: PropertySpec | undefined, cluster: PropertySpec | undefined): PropertySpec {
  const [spec, connection] = cluster === undefined ? [account, "an account"] : [cluster, "a cluster"];
  return { ...spec, description: `${spec?.description ?? ""} With ${connection} only.` };
}

function together(account: string, cluster: string): string {
  const added = cluster.split(/(?<=\.) /).filter((one) => one !== "" && !account.includes(one));
  const [first = "", ...others] = added;
  if (first === "") return account;
  return [account, `With a cluster: ${first.charAt(0).toLowerCase()}${first.slice(1)}`, ...others].join(" ");
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
