import ts from "typescript";
import type { Block } from "./blocks";

/**
 * What a test does with a code block:
 * - change: a program before and after a change; both compiled, deployed and previewed by test/engine/pictures.test.ts
 * - program: compiled against the package's types, and deployed by test/engine/pages.test.ts
 * - cluster: the same for a self-hosted cluster, one up for each; test/engine/clusterPages.test.ts
 * - script: compiled, and run in the tests' own process
 * - mocks: compiled, and run in the tests' own process, under the mocks that it sets
 * - story: a file or a command of a page that is followed. TypeScript is compiled; test/engine/howTo.test.ts follows the page in order, on the
 *   real engine, and compares its output blocks with what was printed. A command fails if its output begins with "error: "
 * - patch: a change of a file of such a page, which the same test makes. Its first line names the file
 * - shell: run by bash beside a local cloud; test/engine/pages.test.ts runs the commands of pulumi as well. What would run for
 *   long or install something (npm, and npx but for a backup) is looked up instead
 * - schema: deployed to a backend of the local cloud in memory
 * - faults: read by the local cloud as a file for --faults
 * - syntax: parsed. A workflow runs on GitHub's machines, an environment of Pulumi ESC in Pulumi Cloud; JSON and the rest are no
 *   programs
 * - example: the same as a program in examples/, which the engine's tests run; test/docs/copiedFiles.test.ts compares them
 * - picture: the Markdown that a picture shows; test/docs/pictures.test.ts draws it again
 * - output: what a program prints; not run
 */
export type Treatment =
  | "change"
  | "program"
  | "cluster"
  | "story"
  | "patch"
  | "script"
  | "mocks"
  | "shell"
  | "schema"
  | "faults"
  | "syntax"
  | "example"
  | "picture"
  | "output";

/** By the word behind the fence; an indented block has none, and is for a shell. */
const byLanguage: Readonly<Record<string, Treatment>> = {
  diff: "change",
  ts: "program",
  js: "syntax",
  json: "syntax",
  yaml: "syntax",
  python: "example",
  go: "example",
  graphql: "schema",
  sh: "shell",
  "": "shell",
  md: "picture",
  text: "output",
};

/** Blocks under a heading that are treated otherwise. */
const byPlace: readonly { file: string; heading: string; language: string; treatment: Treatment }[] = [
  { file: "docs/installation-configuration.md", heading: "Logs", language: "", treatment: "output" },
  { file: "docs/languages.md", heading: "Python, Go and YAML", language: "yaml", treatment: "example" },
  { file: "docs/provider-and-functions.md", heading: "Unit tests", language: "ts", treatment: "mocks" },
  { file: "docs/troubleshooting.md", heading: "Troubleshooting", language: "", treatment: "output" },
  { file: "local/README.md", heading: "In tests", language: "ts", treatment: "script" },
  { file: "local/README.md", heading: "Faults", language: "json", treatment: "faults" },
  { file: "local/README.md", heading: "Faults of schemas", language: "json", treatment: "faults" },
];

/** Whether test/engine/howTo.test.ts follows a page from its first block to its last. */
export function isFollowed(file: string): boolean {
  return file.startsWith("docs/how-to/") || file === "docs/plugin.md";
}

/** Headings and pages whose programs are for a cluster, not for an account. */
const ofClusters = ["With a cluster", "A cluster of your own"];
const clusterPages = ["docs/backup.md"];

/** Undefined for a block that nobody has thought of. */
export function treatmentOf({ file, heading, language }: Block): Treatment | undefined {
  if (isFollowed(file) && (language === "ts" || language === "sh")) return "story";
  if (isFollowed(file) && language === "diff") return "patch";
  if (language === "ts" && (ofClusters.includes(heading) || clusterPages.includes(file))) return "cluster";
  const place = byPlace.find((one) => one.file === file && one.heading === heading && one.language === language);
  return place?.treatment ?? byLanguage[language];
}

/** What programs on the pages import without showing it. */
export const imports: Readonly<Record<string, string>> = {
  dgraphcloud: 'import * as dgraphcloud from "pulumi-dgraphcloud";',
  pulumi: 'import * as pulumi from "@pulumi/pulumi";',
};

/** The day that a page names passes some day. */
export function neverTooLate(program: string): string {
  return program.replace(/notAfter: "[^"]*"/g, 'notAfter: "2999-01-01T00:00:00Z"');
}

/** A block as a call in JavaScript, to stand where what it imports is in scope. */
export function callOf({ text }: Block): string {
  const body = text.replace(/^import .*$/gm, "").replace(/^export (?=const)/gm, "");
  return ts.transpile(`(async () => {${body}})()`, { target: ts.ScriptTarget.ES2022 });
}
