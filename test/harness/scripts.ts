import { spawn } from "node:child_process";

/** How a script ended. */
export interface ScriptRun {
  readonly code: number | null;
  /** Standard output and standard error in the order of arrival. */
  readonly output: string;
}

/** Runs a script of the examples with Node, in `cwd` and with no environment but `env`. */
export async function runScript(
  script: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<ScriptRun> {
  const child = spawn(process.execPath, [script, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, output };
}
