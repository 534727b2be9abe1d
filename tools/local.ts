import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { prepareDgraph } from "./dgraph";

const command = resolve(__dirname, "../local/bin/dgraphcloud-local.js");

/** Runs `dgraphcloud-local` with what it is given; when that asks for a real Dgraph, this is found or built first. */
async function main(args: readonly string[]): Promise<void> {
  const asked = args.some(
    (arg, index) => arg === "--engine=dgraph" || (arg === "dgraph" && args[index - 1] === "--engine"),
  );
  const environment = { ...process.env };
  if (asked || environment["DGRAPHCLOUD_LOCAL_ENGINE"] === "dgraph")
    environment["DGRAPHCLOUD_LOCAL_DGRAPH"] ??= (await prepareDgraph()).executable;
  const child = spawn(process.execPath, [command, ...args], { env: environment, stdio: "inherit" });
  // A terminal sends Ctrl-C to both; this one only waits for the other, which would take a second for impatience.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  // Whoever ends npm from outside ends no child of npm's: a local cloud that nobody knows of would hold the port.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGTERM");
  }, 500).unref();
  process.exitCode = await new Promise<number>((ended) => {
    child.once("exit", (code) => {
      ended(code ?? 1);
    });
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
