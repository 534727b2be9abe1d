import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type FaultRule, type LocalCloud, type LocalCloudOptions, parseFaults, startLocalCloud } from "../index";
import { backupCommand } from "./backupCommand";
import { cloudOptions, help, options } from "./options";

/** The signals that stop the command: Ctrl-C, `kill`, and a closed terminal. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the command. Resolves with its exit code once it has ended. */
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
  // The reader of the output may stop early, as in `dgraphcloud-local | head -4`.
  process.stdout.on("error", () => undefined);
  const local = await startLocalCloud(options);
  for (const rule of faults) local.faults.add(rule);
  // Registered before the greeting is printed, since its reader may stop the command at once.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of signals) process.once(signal, resolve);
  });
  process.stdout.write(greeting(local, options));
  await stopped;
  // A second signal ends the process at once, without waiting for the databases.
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
  const databases = engine === "dgraph" ? "a real Dgraph behind each backend" : "in memory";
  const where =
    data === undefined ? databases : `${engine === "dgraph" ? `${databases}, ` : ""}with its state in ${data}`;
  return [
    `Dgraph Cloud runs at ${endpoint}, ${where}. In another shell:`,
    "",
    `  export DGRAPHCLOUD_ENDPOINT=${endpoint}`,
    `  export DGRAPHCLOUD_EMAIL=${first?.email ?? ""}`,
    `  export DGRAPHCLOUD_PASSWORD=${first?.password ?? ""}`,
    // A token takes precedence over these two, and would be one of the real service.
    "  unset DGRAPHCLOUD_TOKEN",
    "",
    "Stop it with Ctrl-C.",
    "",
  ].join("\n");
}

function problem(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
    const { port } = error as { port?: number };
    return `port ${port ?? ""} is in use, perhaps by another local cloud: stop that program, or choose another port with --port`;
  }
  return error instanceof Error ? error.message : String(error);
}
