import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { expect } from "chai";
import { schemas } from "dgraphcloud-local";
import { parse, validate } from "graphql";
import ts from "typescript";
import { adminDocuments, controlDocuments, dataDocuments } from "../provider/api/documents";
import * as provider from "../provider";
import { delegate } from "../provider/host/delegate";

const root = resolve(__dirname, "..");
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "");
const sources = files.filter((file) => file.endsWith(".ts"));

/** Mocha's own function that expands file patterns, which has no types. */
const lookupFiles = createRequire(__filename)("mocha/lib/cli/lookup-files") as (
  pattern: string,
  extensions: readonly string[],
  recursive: boolean,
) => string | string[];

/** The imports of a file: paths from the root for files of the repository, names for packages. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const names = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  const onUse = [...text.matchAll(/\brequire\("(\.[^"]+)"\)/g)].map(([, name = ""]) => name);
  return [...names, ...onUse].map((name) =>
    name.startsWith(".") ? relative(root, resolve(root, dirname(file), name)) || "." : name,
  );
}

/** The file that an import refers to, if it belongs to the repository. */
function fileOf(imported: string): string | undefined {
  return [`${imported}.ts`, `${imported}/index.ts`, imported].find((file) => sources.includes(file));
}

/** The allowed imports of each folder, as prefixes of paths and names. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "examples/": ["examples", "pulumi-dgraphcloud", "@pulumi/kubernetes", "@pulumi/policy", "@pulumi/pulumi", "node:"],
  "sdk/": ["sdk", "provider", "@pulumi/pulumi", "node:"],
  "cli/": ["cli", "provider", "graphql", "valibot", "node:"],
  "provider/host/": ["provider", "@pulumi/pulumi", "@grpc/grpc-js", "google-protobuf", "node:"],
  "provider/api/": ["provider", "https-proxy-agent", "node-fetch", "proxy-from-env", "valibot", "node:"],
  "provider/": ["provider", "@graphql-inspector/core", "graphql", "valibot", "node:"],
  "local/": ["local", "graphql", "p-limit", "rotating-file-stream", "node:"],
  "tools/schema/": ["tools/schema", "provider", "typescript", "node:"],
  "tools/": ["tools", "@grpc/grpc-js", "@pulumi/pulumi", "esbuild", "proper-lockfile", "semver", "node:"],
};

const mostLines = 260;
/** Files with a limit of their own: three would be harder to follow in parts, and a host must stay thin. */
const linesOf: Readonly<Record<string, number>> = {
  "local/cloud/cloud.ts": 290,
  "provider/api/cloudDataPlane.ts": 270,
  "provider/backend/create.ts": 330,
  "provider/resource/lifecycle.ts": 270,
  "provider/host/dynamic.ts": 140,
};

/** The folders and files at the top of provider/ and local/, from the bottom up: each may import those of the lines before. */
const layers: Readonly<Record<string, readonly (readonly string[])[]>> = {
  provider: [
    ["errors", "time", "types"],
    ["api"],
    ["run"],
    ["resource"],
    ["action", "backend"],
    ["restore", "schema"],
    ["dataDrop", "backup"],
    ["functions"],
    ["host"],
    ["index"],
  ],
  local: [
    ["text", "graphql"],
    ["http", "faults"],
    ["cloud", "lambda"],
    ["storage"],
    ["engines", "server"],
    ["index"],
    ["cli"],
  ],
};

describe("rules of the house", () => {
  it("keeps the directions of imports", () => {
    for (const file of sources) {
      const folder = Object.keys(allowed).find((prefix) => file.startsWith(prefix));
      if (folder === undefined || file.includes("/test/")) continue;
      for (const imported of importsOf(file)) {
        const fits = allowed[folder]?.some(
          (start) => imported === start || imported.startsWith(start.endsWith(":") ? start : `${start}/`),
        );
        expect(fits, `${file} imports ${imported}`).to.equal(true);
      }
    }
  });

  for (const [folder, ofFolder] of Object.entries(layers))
    it(`keeps the order of the folders of ${folder}/`, () => {
      const partOf = (file: string): string => file.split("/")[1]?.replace(/\.ts$/, "") ?? "";
      const levelOf = (file: string): number => ofFolder.findIndex((parts) => parts.includes(partOf(file)));
      const files = sources.filter((source) => source.startsWith(`${folder}/`));
      expect(new Set(files.map(partOf))).to.deep.equal(new Set(ofFolder.flat()));
      for (const file of files)
        for (const imported of importsOf(file).filter((name) => name.startsWith(`${folder}/`)))
          if (partOf(imported) !== partOf(file))
            expect(levelOf(imported), `${file} imports ${imported}`).to.be.below(levelOf(file));
    });

  it("keeps the top of provider/ small", () => {
    const inProvider = files.filter((file) => file.startsWith("provider/"));
    expect(new Set(inProvider.map((file) => file.split("/")[1])).size).to.be.at.most(15);
  });

  it("names the job of every folder in CONTRIBUTING, in the order of their imports", () => {
    const named = foldersInContributing();
    const top = new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0] ?? ""));
    const second = (parent: string): string[] => [
      ...new Set(files.filter((file) => file.startsWith(`${parent}/`) && file.split("/").length > 2).map(pathOfFolder)),
    ];
    const shownInParts = ["provider", "cli", "local", "test", "docs"];
    const expected = [...[...top].filter((name) => name !== ".ci"), ...shownInParts.flatMap(second)];
    expect(named).to.have.members(expected);
    for (const [folder, ofFolder] of Object.entries(layers)) {
      const order = ofFolder.flat().map((part) => `${folder}/${part}`);
      const ranks = named.filter((path) => order.includes(path)).map((path) => levelOf(ofFolder, path));
      expect(ranks, `${folder}/ in CONTRIBUTING`).to.deep.equal([...ranks].sort((one, other) => one - other));
    }
  });

  it("names only files and folders in CONTRIBUTING that exist", () => {
    const paths = [...readFileSync(join(root, "CONTRIBUTING.md"), "utf8").matchAll(/`([\w.-]+\/[\w./-]*)`/g)];
    expect(paths.length).to.be.at.least(15);
    for (const [, path = ""] of paths) expect(existsSync(join(root, path)), path).to.equal(true);
  });

  it("has no circle of imports", () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path.includes(file), [...path, file].join(" imports ")).to.equal(false);
      if (done.has(file)) return;
      for (const imported of importsOf(file).map(fileOf)) if (imported !== undefined) visit(imported, [...path, file]);
      done.add(file);
    };
    for (const file of sources) visit(file, []);
  });

  it("uses the engine in sdk and provider/host only", () => {
    const knowing = sources.filter(
      (file) => file.startsWith("provider/") && importsOf(file).some((name) => name.startsWith("@pulumi/")),
    );
    expect(knowing.filter((file) => !file.startsWith("provider/host/"))).to.deep.equal([]);
  });

  it("keeps the text of the delegate in users' states", () => {
    for (const kind of [
      "backend",
      "restoreRequest",
      "restoreCompletion",
      "dataDrop",
      "graphqlSchema",
      "backup",
    ] as const) {
      const text = delegate(kind);
      expect(text).to.equal(`exports.handler=()=>require('pulumi-dgraphcloud/provider').${kind}`);
      expect(provider).to.have.property(kind);
    }
  });

  it("sends only documents that are valid for the known API", () => {
    for (const [operation, document] of Object.entries(controlDocuments)) {
      expect(validate(schemas.control, parse(document)).map(String), operation).to.deep.equal([]);
    }
    for (const [operation, document] of Object.entries(dataDocuments)) {
      expect(validate(schemas.slash, parse(document)).map(String), operation).to.deep.equal([]);
    }
    for (const [operation, document] of Object.entries(adminDocuments)) {
      expect(validate(schemas.admin, parse(document)).map(String), operation).to.deep.equal([]);
    }
  });

  it("documents every public name and its fields", () => {
    const names = publicNames();
    const isSaid = ({ name, documented }: PublicName): boolean =>
      documented || names.some((input) => input.documented && input.name === name.replace(".", "Args."));
    expect(names.filter((name) => !isSaid(name)).map(({ name }) => name)).to.deep.equal([]);
  });

  it("keeps files small, typed, and finished", () => {
    for (const file of sources.filter((source) => /^(provider|sdk|cli|local|tools)\//.test(source))) {
      const text = readFileSync(join(root, file), "utf8");
      expect(text.split("\n").length, `lines of ${file}`).to.be.at.most(linesOf[file] ?? mostLines);
      expect(text, `${file} has no any`).not.to.match(/[:<] ?any\b|as any\b/);
      expect(text, `${file} has nothing left to do`).not.to.match(/\b(TODO|FIXME|XXX)\b/);
    }
  });

  it("has no script that npm runs, or asks about, during an installation", () => {
    for (const manifest of ["package.json", "local/package.json"]) {
      const { scripts = {} } = JSON.parse(readFileSync(join(root, manifest), "utf8")) as { scripts?: object };
      const asked = Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name));
      expect(asked, manifest).to.deep.equal([]);
    }
  });

  it("runs every test file in npm run test:all, and only those in npm test", () => {
    // The test of an example belongs to a user's project, and a test of the package runs it.
    const tests = sources.filter((file) => file.endsWith(".test.ts") && !file.startsWith("examples/"));
    const all = filesOf("test:all");
    expect(all).to.have.members(tests);
    const quick = filesOf("test");
    expect(all).to.include.members(quick);
    expect(new Set(quick).size, "files that npm test runs twice").to.equal(quick.length);
    const fast = tests.filter((file) => /^test\/(unit|tools|local|lifecycle|facts|hostile|docs)\//.test(file));
    expect(quick).to.include.members(fast);
  });

  it("contains no address of a registry and no path of a machine", () => {
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    expect(lock).not.to.match(/"resolved": "(?!local)/);
    for (const file of files.filter((name) => !name.endsWith("go.sum"))) {
      expect(readFileSync(join(root, file), "utf8"), file).not.to.match(/\/(work|root)\/[a-z]/);
    }
  });
});

/** The second-level folder of a file: "provider/api" of "provider/api/retry.ts". */
function pathOfFolder(file: string): string {
  return file.split("/").slice(0, 2).join("/");
}

function levelOf(layersOfFolder: readonly (readonly string[])[], path: string): number {
  return layersOfFolder.findIndex((parts) => parts.includes(path.split("/")[1] ?? ""));
}

/** The folders of the tree in CONTRIBUTING.md, each of which has a job beside it. */
function foldersInContributing(): string[] {
  const tree = /```text\n([\s\S]*?)```/.exec(readFileSync(join(root, "CONTRIBUTING.md"), "utf8"))?.[1] ?? "";
  let parent = "";
  return tree
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, indent = "", name = "", job = ""] = /^( *)(\S+)\/ +(\S.+)$/.exec(line) ?? [];
      expect(job, line).to.match(/\w{3}/);
      if (indent === "") parent = name;
      return indent === "" ? name : `${parent}/${name}`;
    });
}

/** The test files that a script of package.json passes to mocha, or that the settings which it names list. */
function filesOf(script: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const command = scripts[script] ?? "";
  const [, settings] = /--config (\S+)/.exec(command) ?? [];
  const patterns =
    settings === undefined
      ? (command.match(/test\/[^\s']+/g) ?? [])
      : (createRequire(__filename)(join(root, settings)) as { readonly spec: readonly string[] }).spec;
  return patterns
    .flatMap((pattern) => lookupFiles(join(root, pattern), ["ts"], true))
    .map((file) => relative(root, file));
}

interface PublicName {
  readonly name: string;
  readonly documented: boolean;
}

/** Constructors need no documentation beside that of their class and arguments. */
function isPublic({ declarations = [], flags, name }: ts.Symbol): boolean {
  if ((flags & ts.SymbolFlags.Constructor) !== 0 || name.startsWith("__")) return false;
  const [declaration] = declarations;
  return declaration === undefined || !(ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private);
}

/** Everything a program can import, with the members of classes and interfaces. An output with the name of an input needs no documentation of its own. */
function publicNames(): PublicName[] {
  const entry = join(root, "sdk/index.ts");
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error("sdk/index.ts has no exports");
  const documented = (symbol: ts.Symbol): boolean => symbol.getDocumentationComment(checker).length > 0;
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const hasMembers = (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) !== 0;
    const members = hasMembers ? [...(symbol.members?.values() ?? [])].filter(isPublic) : [];
    return [
      { name: symbol.name, documented: documented(symbol) },
      ...members.map((member) => ({ name: `${symbol.name}.${member.name}`, documented: documented(member) })),
    ];
  });
}
