import { basename, dirname } from "node:path";
import type { Engine } from "./engine";
import { findExecutables, pathFolders, pathWith } from "./executables";
import { goBuild, type GoProgram, goVersionFor } from "./goBuild";
import { type PrepareOptions, prepareTool } from "./prepareTool";
import { preparePython } from "./python";
import type { FoundTool, Supply, Tool } from "./tool";

/** The languages of programs, beside TypeScript and JavaScript, that the tests run. */
export const languages = ["go", "python", "yaml"] as const;
export type Language = (typeof languages)[number];

const sdk = "github.com/pulumi/pulumi/sdk/v3";

interface LanguageHost {
  readonly title: string;
  readonly program: Omit<GoProgram, "module" | "executable">;
  readonly companions: readonly string[];
}

const hosts: Readonly<Record<Language, LanguageHost>> = {
  go: {
    title: "Pulumi language host for Go",
    // The last version that is a package of the SDK's Go module.
    program: { package: `${sdk}/go/pulumi-language-go`, version: "v3.66.0", takes: "about 20 seconds" },
    companions: [],
  },
  python: {
    title: "Pulumi language host for Python",
    program: {
      package: `${sdk}/python/cmd/pulumi-language-python`,
      // The last version that is a package of the SDK's Go module.
      version: "v3.79.0",
      script: { module: sdk, file: "python/cmd/pulumi-language-python-exec" },
      takes: "about 25 seconds",
    },
    companions: ["pulumi-language-python-exec"],
  },
  yaml: {
    title: "Pulumi language host for YAML",
    program: {
      package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
      version: "v1.25.0",
      takes: "about 90 seconds",
    },
    companions: [],
  },
};

/** Finds a language host on PATH or in the cache; else builds it into the cache. */
export function prepareLanguage(language: Language, options: PrepareOptions = {}): Promise<FoundTool> {
  return prepareTool(toolFor(language), options);
}

function toolFor(language: Language): Tool {
  const { title, program: pinned, companions } = hosts[language];
  const name = `language-${language}`;
  const executable = `pulumi-${name}`;
  const program = { ...pinned, module: name, executable };
  const build: Supply = {
    source: "build",
    remedy: `install Go ${goVersionFor([program])} or newer, with a module proxy in reach, and put it on PATH`,
    bring: (into, place) => goBuild(program, into, place),
  };
  // A language host cannot print its version, so none is asked of one on PATH.
  return { name, title, executable, companions, version: pinned.version.slice(1), environment: {}, supplies: [build] };
}

/** The engine with what it needs on PATH to run programs of a language. */
export async function withLanguage(engine: Engine, language: Language, options: PrepareOptions = {}): Promise<Engine> {
  const tools = [await prepareLanguage(language, options)];
  if (language === "python") tools.push(await preparePython(options));
  // A folder that PATH leads to already keeps its place, so that it shadows no other program.
  const folders = tools.map(({ executable }) => executable).filter((executable) => !isFirst(executable, engine.path));
  const path = pathWith(folders.map(dirname), { PATH: engine.path });
  return { ...engine, path, env: { ...engine.env, PATH: path } };
}

function isFirst(executable: string, path: string): boolean {
  return findExecutables(basename(executable), pathFolders({ PATH: path }))[0] === executable;
}
