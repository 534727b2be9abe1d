import type { Say } from "./progress";

/** A program that the tests and the demo run and that npm does not bring. A new one is a value of this type. */
export interface Tool {
  /** First part of the name of its folder in the cache. */
  readonly name: string;
  /** Its name in messages. */
  readonly title: string;
  readonly executable: string;
  /** Programs that it needs beside it or on PATH. */
  readonly companions: readonly string[];
  /** The version that is installed or built. */
  readonly version: string;
  /** The argument with which it prints its version; `version` when left out. */
  readonly versionArgument?: string;
  /** What it prints the version of, where that is something else than itself. */
  readonly versionOf?: string;
  /** The range of versions that is taken from PATH. Left out for a program that cannot print its version: every one fits. */
  readonly accepts?: string;
  /** Variables with which it runs without asking or nagging. */
  readonly environment: Readonly<Record<string, string>>;
  /** How it can be had, in the order in which they are tried. */
  readonly supplies: readonly Supply[];
}

/** One way to get a tool. */
export interface Supply {
  readonly source: Exclude<Source, "PATH" | "cache">;
  /** What a user can do for this way to work. */
  readonly remedy: string;
  /** Puts the executables into a folder, or into `bin` in it. */
  readonly bring: (into: string, place: Place) => Promise<void>;
}

/** Where a tool came from. */
export type Source = "PATH" | "cache" | "installer" | "build";

/** The machine as a search sees it. */
export interface Place {
  readonly environment: NodeJS.ProcessEnv;
  readonly say: Say;
}

/** A tool that runs, in a version that fits. */
export interface FoundTool {
  /** Absolute path. */
  readonly executable: string;
  /** "unknown" for a program from PATH that cannot print its version. */
  readonly version: string;
  readonly source: Source;
  /** Absolute paths of the programs it needs, in the order of `Tool.companions`. */
  readonly companions: readonly string[];
}
