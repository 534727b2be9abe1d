import { join } from "node:path";
import ts from "typescript";

/** A declaration that programs see: an interface, a class or a function. */
export interface Declared {
  readonly name: string;
  readonly symbol: ts.Symbol;
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  exactOptionalPropertyTypes: true,
  types: [],
  noEmit: true,
};

/** The modules in which the types of sdk/ are declared. The compiler would need seconds to read all others. */
const needed = /^(\.\/.*|\.\.\/provider\/types|@pulumi\/pulumi\/(asset|output|resource))$/;
const neededOfPulumi = /^\.\/(asset|output|resource)/;

function host(): ts.CompilerHost {
  const base = ts.createCompilerHost(options);
  const isNeeded = (name: string, from: string): boolean => {
    if (from.includes("/@pulumi/pulumi/")) return neededOfPulumi.test(name);
    return from.includes("/sdk/") && needed.test(name);
  };
  return {
    ...base,
    resolveTypeReferenceDirectiveReferences: (references) =>
      references.map(() => ({ resolvedTypeReferenceDirective: undefined })),
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) =>
        isNeeded(text, from)
          ? ts.resolveModuleName(text, from, options, base, undefined, undefined, ts.ModuleKind.CommonJS)
          : { resolvedModule: undefined },
      ),
  };
}

/** The sources of sdk/, as the TypeScript compiler understands them. */
export class Sources {
  readonly checker: ts.TypeChecker;
  private readonly program: ts.Program;

  /** `entry` is the file whose exports programs see. `others` are files with declarations that it does not export. */
  constructor(
    private readonly entry: string,
    private readonly others: readonly string[],
  ) {
    this.program = ts.createProgram({ rootNames: [entry, ...others], options, host: host() });
    this.checker = this.program.getTypeChecker();
  }

  /** What programs can import. */
  exported(): Declared[] {
    return this.exportsOf(this.entry);
  }

  /** A declaration by its name. */
  declared(name: string): Declared {
    const found = [this.entry, ...this.others].flatMap((file) => this.exportsOf(file));
    const declared = found.find((one) => one.name === name);
    if (declared === undefined) throw new Error(`sdk/ declares no ${name}, which tools/schema needs.`);
    return declared;
  }

  /** The properties of an interface, also those that it inherits. */
  propertiesOf({ symbol }: Declared): Map<string, ts.Symbol> {
    const properties = this.checker.getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(symbol));
    return new Map(properties.map((one) => [one.name, one]));
  }

  /**
   * The outputs that a class declares. Those of a custom resource come from the engine, so they are `declare readonly`; other properties are
   * computed in the program.
   */
  outputsOf(declared: Declared): Map<string, ts.Symbol> {
    const isCustom = this.extendsClass(declared, "RegisteredResource");
    const members = [...(declared.symbol.members?.values() ?? [])].filter(({ flags, name, declarations = [] }) => {
      const isProperty = (flags & ts.SymbolFlags.Property) !== 0 && !name.startsWith("__");
      return isProperty && (!isCustom || declarations.some(isAmbient));
    });
    return new Map(members.map((one) => [one.name, one]));
  }

  /** The type of a property or a function. */
  typeOf(symbol: ts.Symbol): ts.Type {
    return this.checker.getTypeOfSymbol(symbol);
  }

  /** The docstring, without its tags. */
  docstring(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
  }

  /** The texts of a tag of the docstring. */
  tags(symbol: ts.Symbol, name: string): string[] {
    const tags = symbol.getJsDocTags(this.checker).filter((tag) => tag.name === name);
    return tags.map(({ text }) => ts.displayPartsToString(text));
  }

  /** Whether a class extends another one directly. */
  extendsClass({ symbol }: Declared, name: string): boolean {
    if ((symbol.flags & ts.SymbolFlags.Class) === 0) return false;
    const bases = this.checker.getBaseTypes(this.checker.getDeclaredTypeOfSymbol(symbol) as ts.InterfaceType);
    return bases.some((base) => base.symbol.name === name);
  }

  private exportsOf(file: string): Declared[] {
    const source = this.program.getSourceFile(file);
    const module = source === undefined ? undefined : this.checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} exports nothing.`);
    return this.checker.getExportsOfModule(module).map((one) => {
      const symbol = one.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(one) : one;
      return { name: one.name, symbol };
    });
  }
}

function isAmbient(declaration: ts.Declaration): boolean {
  return (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Ambient) !== 0;
}

/** The sources of this repository. */
export function ownSources(root: string): Sources {
  return new Sources(join(root, "sdk/index.ts"), [
    join(root, "sdk/restoreParts.ts"),
    join(root, "provider/restore/inputs.ts"),
  ]);
}
