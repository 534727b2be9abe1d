import { exec } from "node:child_process";

/** What `npm run check` runs, by the name of each in messages. npm puts these programs on PATH. */
const checks: Readonly<Record<string, string>> = {
  // The linter takes longest, so it starts first. It has no cache: what it says of a file depends on the types in other files.
  linter: "eslint .",
  types: "tsc --noEmit --incremental --tsBuildInfoFile node_modules/.cache/types.tsbuildinfo",
  format: "prettier --check --cache --cache-strategy content .",
};

/** Runs commands at the same time, since each of them uses one core. Prints the output of each when it has ended. Returns the names of those that failed. */
export async function runAll(
  commands: Readonly<Record<string, string>>,
  print: (text: string) => void,
): Promise<string[]> {
  const failed: string[] = [];
  await Promise.all(
    Object.entries(commands).map(async ([name, command]) => {
      const { code, output } = await run(command);
      print(`> ${command}\n${output}`);
      if (code !== 0) failed.push(name);
    }),
  );
  return failed;
}

function run(command: string): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((ended) => {
    const child = exec(command, { maxBuffer: Infinity });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: string) => {
        output += chunk;
      });
    child.once("close", (code) => {
      ended({ code, output });
    });
  });
}

/** Runs the checks that are named, or all of them. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(name in checks));
  if (unknown !== undefined) throw new Error(`there is no check ${unknown}: name ${Object.keys(checks).join(", ")}`);
  const chosen = Object.entries(checks).filter(([name]) => names.length === 0 || names.includes(name));
  const failed = await runAll(Object.fromEntries(chosen), console.log);
  if (failed.length > 0) throw new Error(`failed: ${failed.join(", ")}`);
}

if (require.main === module)
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
