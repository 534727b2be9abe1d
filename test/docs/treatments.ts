import type { Block } from "./blocks";

/**
 * What a test does with a code block:
 * - program: compiled against the package's types
 * - script: compiled, and run in the tests' own process
 * - shell: run by bash beside a local cloud; npm is looked up in package.json, pulumi is left out
 * - faults: read by the local cloud as a file for --faults
 * - syntax: parsed
 * - output: what a program prints; not run
 */
export type Treatment = "program" | "script" | "shell" | "faults" | "syntax" | "output";

/** By the word behind the fence; an indented block has none, and is for a shell. */
const byLanguage: Readonly<Record<string, Treatment>> = {
  ts: "program",
  js: "syntax",
  json: "syntax",
  yaml: "syntax",
  sh: "shell",
  "": "shell",
  text: "output",
};

/** Blocks under a heading that are treated otherwise. */
const byPlace: readonly { file: string; heading: string; language: string; treatment: Treatment }[] = [
  { file: "docs/installation-configuration.md", heading: "Logs", language: "", treatment: "output" },
  { file: "docs/troubleshooting.md", heading: "Troubleshooting", language: "", treatment: "output" },
  { file: "local/README.md", heading: "In tests", language: "ts", treatment: "script" },
  { file: "local/README.md", heading: "Faults", language: "json", treatment: "faults" },
];

/** Undefined for a block that nobody has thought of. */
export function treatmentOf({ file, heading, language }: Block): Treatment | undefined {
  const place = byPlace.find((one) => one.file === file && one.heading === heading && one.language === language);
  return place?.treatment ?? byLanguage[language];
}

/** What programs on the pages use without showing it, with the type that it has. */
export const context: Readonly<Record<string, string>> = {
  orders: "dgraphcloud.Backend",
  staging: "dgraphcloud.Backend",
  production: "dgraphcloud.Backend",
};

export const imports: Readonly<Record<string, string>> = {
  dgraphcloud: 'import * as dgraphcloud from "pulumi-dgraphcloud";',
  pulumi: 'import * as pulumi from "@pulumi/pulumi";',
};

/** The names of the context that a block uses and does not make by itself. */
export function missingIn(text: string, names: Readonly<Record<string, string>>): string[] {
  return Object.keys(names).filter((name) => {
    const makes = new RegExp(`(\\b(const|let)|\\* as) ${name}\\b`);
    // Not a property, and not a word in quotes or in a comment.
    const code = text.replace(/\/\/.*$|"[^"]*"/gm, "");
    return new RegExp(`(?<![\\w.])${name}\\b(?! *:)`).test(code) && !makes.test(text);
  });
}
