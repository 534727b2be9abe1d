import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LocalCloud } from "dgraphcloud-local";
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
npx() {
  if [ "$1 $2" = "dgraphcloud-local backup" ]; then shift; node "$COMMAND" "$@"; else echo "npx $*" >> ~/commands; fi
}
`;
const leftOut = `
pulumi() {
  test -n "$1"
  if [ "$1 $2" = "stack output" ]; then
    output="OUTPUT_\${@: -1}"
    echo "\${!output:?is no output of the stack}"
  fi
}`;
const answers = `
pulumi() {
  echo "$PASSWORD" | {
    # It asks nothing, and refuses to be told not to ask.
    case " $* " in *" --preview-only "*) unset PULUMI_SKIP_CONFIRMATIONS ;; esac
    command pulumi "$@"
  }
}`;

const { name, scripts, peerDependencies, devDependencies } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
) as {
  name: string;
  scripts: Record<string, string>;
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** What a program needs, and a policy pack. */
const toInstall = [name, ...Object.keys(peerDependencies), "@pulumi/policy"];

/** Fails for a script, a package or a flag that is not there. */
function lookUp([program, command = "", ...rest]: readonly string[]): void {
  const flags = (args: readonly string[]): unknown => cloudOptions(parseArgs({ args: [...args], options }).values, {});
  if (program === "npx" && command === "dgraphcloud-local") flags(rest);
  else if (program === "npm" && command === "run" && rest[0] === "local") flags(rest.slice(rest[1] === "--" ? 2 : 1));
  else if (program === "npm" && command === "run" && scripts[rest[0] ?? ""] !== undefined) return;
  else if (program === "npm" && ["ci", "test"].includes(command) && rest.length === 0) return;
  else if (program === "npm" && command === "install" && rest.every((one) => toInstall.includes(one))) return;
  // What the tests have installed as well.
  else if (program === "npm" && command === "install" && rest[0] === "--save-dev" && rest.length === 2)
    if (devDependencies[rest[1] ?? ""] !== undefined) return;
    else throw new Error(`a page names what is not there: ${[program, command, ...rest].join(" ")}`);
}
