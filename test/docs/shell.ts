import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LocalCloud } from "dgraphcloud-local";
import { exitCodes as importFileCodes } from "../../cli/importFile";
import { exitCodes as summaryCodes } from "../../cli/summary/gate";
import { cloudOptions, options } from "../../local/cli/options";
import { type Block, placeOf, root } from "./blocks";

/** The outputs of a stack, for pages whose commands of pulumi are left out but for `pulumi stack output`. */
export interface Outputs {
  readonly outputs: Readonly<Record<string, string>>;
}

/** A project with a stack, in which the commands of pulumi run. */
export interface Project {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What the reader types when pulumi asks for the password. */
  readonly password: string;
}

/**
 * All blocks of a page in one shell, as a reader would type them, beside a local cloud. What would run for long or install something
 * is looked up instead: whether the script, the package or the flag is there.
 */
export async function runShell(
  blocks: readonly Block[],
  { endpoint, accounts }: LocalCloud,
  folder: string,
  stack: Outputs | Project,
): Promise<{ code: number | null; output: string }> {
  const { host } = new URL(endpoint);
  const [account] = accounts;
  const project = "folder" in stack ? stack : undefined;
  const outputs = "outputs" in stack ? Object.entries(stack.outputs) : [];
  const script = blocks.map((block) => `block='${placeOf(block)}'\n${block.text.replaceAll("127.0.0.1:8070", host)}`);
  const child = spawn("bash", ["-c", [prelude, project ? answers : leftOut, ...script].join("\n")], {
    cwd: project?.folder ?? folder,
    env: {
      PATH: process.env["PATH"],
      ...project?.environment,
      ...Object.fromEntries(outputs.map(([name, value]) => [`OUTPUT_${name}`, value])),
      PASSWORD: project?.password,
      // In place of the reader's "yes".
      PULUMI_SKIP_CONFIRMATIONS: "true",
      HOME: folder,
      COMMAND: join(root, "local/bin/dgraphcloud-local.js"),
      SUMMARY: summaryCommand,
      DGRAPHCLOUD_ENDPOINT: endpoint,
      DGRAPHCLOUD_EMAIL: account?.email,
      DGRAPHCLOUD_PASSWORD: account?.password,
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: project ? 120_000 : 30_000,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const file = join(folder, "commands");
  for (const command of existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [])
    lookUp(command.split(" "));
  return { code, output };
}

const prelude = `
set -eEo pipefail
trap 'echo "$block: failed: $BASH_COMMAND"' ERR
npm() { echo "npm $*" >> ~/commands; }
gh() { echo "gh $*" >> ~/commands; }
npx() {
  if [ "$1 $2" = "dgraphcloud-local backup" ]; then shift; node "$COMMAND" "$@"
  elif [ "$1" = "pulumi-dgraphcloud" ]; then shift; summary "$@"
  else echo "npx $*" >> ~/commands; fi
}
`;
// Without a preview, only its options are looked at.
const leftOut = `
summary() { echo "npx pulumi-dgraphcloud $*" >> ~/commands; }
pulumi() {
  test -n "$1"
  if [ "$1 $2" = "stack output" ]; then
    output="OUTPUT_\${@: -1}"
    echo "\${!output:?is no output of the stack}"
  fi
}`;
const answers = `
summary() { node "$SUMMARY" "$@"; }
pulumi() {
  echo "$PASSWORD" | {
    # It asks nothing, and refuses to be told not to ask.
    case " $* " in *" --preview-only "*) unset PULUMI_SKIP_CONFIRMATIONS ;; esac
    command pulumi "$@"
  }
}`;

const { name, bin, scripts, peerDependencies, devDependencies } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
) as {
  name: string;
  bin: Record<string, string>;
  scripts: Record<string, string>;
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

const summaryCommand = join(root, bin[name] ?? "");

/** What a program needs, and a policy pack. */
const toInstall = [name, ...Object.keys(peerDependencies), "@pulumi/policy"];

/** Fails for a script, a package, a flag or a name that is not there. */
function lookUp(words: readonly string[]): void {
  const [program = "", command = "", ...rest] = words;
  const flags = (args: readonly string[]): unknown => cloudOptions(parseArgs({ args: [...args], options }).values, {});
  if (program === "npx" && command === "dgraphcloud-local") return void flags(rest);
  if (program === "npm" && command === "run" && rest[0] === "local")
    return void flags(rest.slice(rest[1] === "--" ? 2 : 1));
  const isThere =
    (program === "npx" && command === name && takesOptions(rest)) ||
    (program === "npm" && isOfNpm(command, rest)) ||
    (program === "gh" && isOfGitHub(command, rest));
  if (!isThere) throw new Error(`a page names what is not there: ${words.join(" ")}`);
}

function isOfNpm(command: string, rest: readonly string[]): boolean {
  if (command === "run") return scripts[rest[0] ?? ""] !== undefined;
  if (command === "ci" || command === "test") return rest.length === 0;
  if (command !== "install") return false;
  // The second is what the tests have installed as well.
  return rest[0] === "--save-dev"
    ? rest.length === 2 && devDependencies[rest[1] ?? ""] !== undefined
    : rest.every((one) => toInstall.includes(one));
}

/** Whether the command takes these options, tried with a preview in which nothing happens, and without settings of an account. */
function takesOptions(args: readonly string[]): boolean {
  const withInput = args.map((one) => (one.endsWith(".json") ? "-" : one));
  const { status } = spawnSync(process.execPath, [summaryCommand, ...withInput], {
    input: '{ "duration": 1 }',
    env: { PATH: process.env["PATH"] },
  });
  return status === (args[0] === "import-file" ? importFileCodes.unreadable : summaryCodes.done);
}

/** Whether the workflows of the examples use the name that a command of GitHub sets. */
function isOfGitHub(command: string, rest: readonly string[]): boolean {
  const folder = join(root, "examples/github-actions");
  const workflows = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  const isUsed = (pattern: string): boolean => workflows.some((text) => new RegExp(pattern, "m").test(text));
  const [action, given = ""] = rest;
  if (command === "secret" && action === "set") return isUsed(`secrets\\.${given}\\b`);
  if (command === "variable" && action === "set") return isUsed(`vars\\.${given}\\b`);
  if (command === "label" && action === "create") return isUsed(`-label ${given}$`);
  const checks = rest.flatMap((one) => /^required_status_checks\[contexts\]\[\]=(.*)$/.exec(one)?.[1] ?? []);
  return command === "api" && checks.length > 0 && checks.every((check) => isUsed(`^  ${check}:$`));
}
