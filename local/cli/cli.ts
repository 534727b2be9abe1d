import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { backupCommand } from "./backupCommand";
import { cloudOptions, help, options } from "./options";
import { type FaultRule, type LocalCloud, type LocalCloudOptions, parseFaults, startLocalCloud } from "../index";

/** What ends it: Ctrl-C, a request, and a terminal that is closed. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the command; gives its exit code once it has ended. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    if (argv[0] === "backup") {
      process.stdout.write(await backupCommand(argv.slice(1)));
      return 0;
    }
    const { values } = parseArgs({ args: [...argv], options });
    if (values.help === true) {
      process.stdout.write(help);
      return 0;
    }
    const faults = values.faults === undefined ? [] : readFaults(values.faults);
    await serve(cloudOptions(values, process.env), faults);
    return 0;
  } catch (error) {
    process.stderr.write(`dgraphcloud-local: ${problem(error)}\n`);
    return 1;
  }
}

function readFaults(file: string): FaultRule[] {
  try {
    return parseFaults(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`--faults ${file}: ${problem(error)}`, { cause: error });
  }
}

async function serve(options: LocalCloudOptions, faults: readonly FaultRule[]): Promise<void> {
  // Somebody may read the greeting only: `dgraphcloud-local | head -4`.
  process.stdout.on("error", () => undefined);
  const local = await startLocalCloud(options);
  for (const rule of faults) local.faults.add(rule);
  // Listening before the greeting: whoever reads it may stop the command at once.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of signals) process.once(signal, resolve);
  });
  process.stdout.write(greeting(local, options));
  await stopped;
  // Somebody who asks twice does not want to wait for databases that end in order.
  for (const signal of signals) {
    process.on(signal, () => {
      process.exit(1);
    });
  }
  await local.close();
  process.stdout.write("Stopped.\n");
}

function greeting({ endpoint, accounts }: LocalCloud, { data, engine }: LocalCloudOptions): string {
  const [first] = accounts;
  const behind = engine === "dgraph" ? "a real Dgraph behind each backend" : "in memory";
  const where = data === undefined ? behind : `${engine === "dgraph" ? `${behind}, ` : ""}with its state in ${data}`;
  return [
    `Dgraph Cloud runs at ${endpoint}, ${where}. In another shell:`,
    "",
    `  export DGRAPHCLOUD_ENDPOINT=${endpoint}`,
    `  export DGRAPHCLOUD_EMAIL=${first?.email ?? ""}`,
    `  export DGRAPHCLOUD_PASSWORD=${first?.password ?? ""}`,
    // A token would win over these two, and is for the real service.
    "  unset DGRAPHCLOUD_TOKEN",
    "",
    "Stop it with Ctrl-C.",
    "",
  ].join("\n");
}

function problem(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
    const { port } = error as { port?: number };
    return `port ${port ?? ""} is taken, perhaps by another local cloud: stop that one, or choose another with --port`;
  }
  return error instanceof Error ? error.message : String(error);
}
