import { isDeepStrictEqual } from "node:util";
import ts from "typescript";
import type { Sources } from "./sources";
import { type ObjectSpec, type PropertySpec, tokenOf, type TypeSpec } from "./spec";
import { assetPhrase, backendPhrase, saysSecret, withValues, type Words } from "./words";

/** Any value: a list or a map of texts, numbers and booleans has no type of its own that every language can write. */
const anything: TypeSpec = { $ref: "pulumi.json#/Any" };

/** What a type means beside its form. */
interface Notes {
  /** The values of a union of texts. It stays a text in the schema, so that a value of a later version is no error in an older SDK. */
  values?: readonly string[];
  takes?: "Backend" | "asset";
}

/** Turns the types of TypeScript into those of a package schema. */
export class Types {
  /** The object types, by token. */
  readonly named: Record<string, ObjectSpec> = {};

  constructor(
    private readonly sources: Sources,
    private readonly words: Words,
  ) {}

  /** The schema of a property. `docstring` is given where it is documented elsewhere. */
  property(symbol: ts.Symbol, at: string, docstring = this.sources.docstring(symbol)): PropertySpec {
    if (docstring === "") throw new Error(`${at} has no docstring, and the package schema needs one: add it in sdk/.`);
    const notes: Notes = {};
    const spec = this.typeSpec(this.sources.typeOf(symbol), at, notes);
    for (const [takes, phrase] of [
      ["Backend", backendPhrase],
      ["asset", assetPhrase],
    ] as const) {
      if (notes.takes !== takes || docstring.replace(/\s+/g, " ").includes(phrase)) continue;
      throw new Error(
        `The docstring of ${at} lacks the words "${phrase}", which tools/schema replaces for languages whose input is a text.`,
      );
    }
    return this.marked({ ...spec, description: withValues(this.words.of(docstring), notes.values ?? []) });
  }

  /** Marks a property as a secret if its description says so, or if a part of it is one. */
  marked(spec: PropertySpec): PropertySpec {
    return saysSecret(spec.description) || this.holdsSecret(spec) ? { ...spec, secret: true } : spec;
  }

  /** Whether an input takes a resource, and nothing else. */
  isResource(symbol: ts.Symbol): boolean {
    const given = parts(this.sources.typeOf(symbol)).filter((part) => !isUndefined(part));
    return given.every((part) => isClass(part, "CustomResource"));
  }

  /** Whether a value of the type of a property may be missing. */
  isOptional(symbol: ts.Symbol): boolean {
    const isMarked = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    const type = this.sources.typeOf(symbol);
    return isMarked || parts(contentOf(type)[0] ?? type).some(isUndefined);
  }

  /** The schema of an interface. */
  object(type: ts.Type, name: string): ObjectSpec {
    const docstring = this.sources.docstring(type.symbol);
    if (docstring === "") throw new Error(`${name} has no docstring, and the package schema needs one: add it.`);
    const symbols = this.sources.checker.getPropertiesOfType(type);
    // An output is no union, unlike an input, which can also be given as a plain value.
    const hasInputs = symbols.some(
      (one) => parts(this.sources.typeOf(one)).length > 1 && contentOf(this.sources.typeOf(one)).length > 0,
    );
    const properties = symbols.map((symbol) => {
      const spec = this.property(symbol, `${name}.${symbol.name}`);
      return [symbol.name, hasInputs ? { ...spec, ...this.plainMark(symbol) } : spec] as const;
    });
    return {
      description: this.words.of(docstring),
      properties: Object.fromEntries(properties),
      required: symbols.filter((one) => !this.isOptional(one)).map((one) => one.name),
    };
  }

  /** Marks an input that must be known when the program runs: one whose type has no outputs. An object may hold some. */
  plainMark(symbol: ts.Symbol): { readonly plain?: true } {
    const type = this.sources.typeOf(symbol);
    const isObject = parts(type).some((part) => (part.flags & ts.TypeFlags.Object) !== 0);
    return contentOf(type).length === 0 && !isObject ? { plain: true } : {};
  }

  /** Adds an object type, and refers to it. */
  add(name: string, spec: ObjectSpec): TypeSpec {
    const token = tokenOf(name);
    const known = this.named[token];
    const typed = { ...spec, type: "object" } as const;
    if (known !== undefined && !isDeepStrictEqual(known, typed))
      throw new Error(`Two interfaces of sdk/ become the type ${token} of the schema, and they differ: rename one.`);
    this.named[token] = typed;
    return { $ref: `#/types/${token}` };
  }

  /** Whether a value of this type has a part that is a secret. */
  private holdsSecret({ $ref = "", items, additionalProperties }: TypeSpec): boolean {
    const named = this.named[$ref.replace("#/types/", "")];
    const inner = [items, additionalProperties].filter((one) => one !== undefined);
    return (
      inner.some((one) => this.holdsSecret(one)) || Object.values(named?.properties ?? {}).some((one) => one.secret)
    );
  }

  private typeSpec(type: ts.Type, at: string, notes: Notes): TypeSpec {
    const contents = contentOf(type);
    if (contents.length > 1) return this.alternatives(contents, at, notes);
    const beside = parts(type).filter((part) => isClass(part, "CustomResource"));
    if (contents.length === 1 && beside.length > 0) notes.takes = "Backend";
    return this.plainSpec(contents[0] ?? type, at, notes);
  }

  /** Triggers are the only input with alternatives: a list or a map. */
  private alternatives(contents: readonly ts.Type[], at: string, notes: Notes): TypeSpec {
    const specs = contents.map((content) => this.plainSpec(content, at, notes));
    const isListOrMap = specs.every(({ items, additionalProperties }) => (items ?? additionalProperties) === anything);
    return isListOrMap ? anything : this.unknownType(contents[0], at);
  }

  private plainSpec(type: ts.Type, at: string, notes: Notes): TypeSpec {
    const { checker } = this.sources;
    const known = parts(type).filter((part) => !isUndefined(part));
    const hasAll = (flag: ts.TypeFlags): boolean => known.every(({ flags }) => (flags & flag) !== 0);
    if (hasAll(ts.TypeFlags.BooleanLike)) return { type: "boolean" };
    // Every number of the API is whole: sizes, counts and ids.
    if (hasAll(ts.TypeFlags.NumberLike)) return { type: "integer" };
    if (hasAll(ts.TypeFlags.StringLike)) {
      const values = known.map((part) => (part.isStringLiteral() ? part.value : undefined));
      notes.values = values.filter((value) => value !== undefined);
      return { type: "string" };
    }
    if (hasAll(ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike)) return anything;
    const isText = known.some(({ flags }) => (flags & ts.TypeFlags.String) !== 0);
    if (isText && known.some((part) => isClass(part, "Asset"))) {
      notes.takes = "asset";
      return { type: "string" };
    }
    const [only, another] = known;
    if (only === undefined || another !== undefined) return this.unknownType(type, at);
    if (checker.isArrayType(only)) {
      const [item = only] = checker.getTypeArguments(only as ts.TypeReference);
      return { type: "array", items: this.typeSpec(item, at, notes) };
    }
    const values = checker.getIndexTypeOfType(only, ts.IndexKind.String);
    if (values !== undefined) return { type: "object", additionalProperties: this.typeSpec(values, at, notes) };
    if (!hasAll(ts.TypeFlags.Object)) return this.unknownType(type, at);
    const { name } = only.symbol;
    if (isClass(only, "CustomResource") || isClass(only, "ComponentResource"))
      return { $ref: `#/resources/${tokenOf(name)}` };
    if (!only.isClassOrInterface()) return this.unknownType(only, at);
    return this.add(nameOf(only), this.object(only, name));
  }

  private unknownType(type: ts.Type | undefined, at: string): never {
    const text = type === undefined ? "" : this.sources.checker.typeToString(type);
    throw new Error(`${at} has the type ${text}, which tools/schema/types.ts cannot express in the package schema.`);
  }
}

/** The name of an object type. The generated SDKs add `Args` to what they take, and `Result` to what functions give. */
export function nameOf({ symbol }: ts.Type): string {
  return symbol.name.replace(/Args$/, "").replace(/^Get(\w+)Result$/, "$1Description");
}

/** The types of which a type is the union. */
function parts(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

function isUndefined({ flags }: ts.Type): boolean {
  return (flags & ts.TypeFlags.Undefined) !== 0;
}

/** What an input or an output holds: `string` for `pulumi.Input<string>` and `pulumi.Output<string>`. Empty for any other type. */
function contentOf(type: ts.Type): ts.Type[] {
  if (type.aliasSymbol?.name === "Output") return [...(type.aliasTypeArguments ?? [])];
  return parts(type).flatMap((part) => {
    const isOutput = symbolOf(part)?.name === "OutputInstance";
    return isOutput ? [...((part as ts.TypeReference).typeArguments ?? [])] : [];
  });
}

/** Whether a type is the class of this name, or extends it. */
function isClass(type: ts.Type, name: string): boolean {
  const symbol = symbolOf(type);
  if (symbol === undefined || (symbol.flags & ts.SymbolFlags.Class) === 0) return false;
  return symbol.name === name || (type.getBaseTypes() ?? []).some((base) => isClass(base, name));
}

/** Primitive types have no symbol, although their declaration says that each type has one. */
function symbolOf(type: ts.Type): ts.Symbol | undefined {
  return type.symbol;
}
