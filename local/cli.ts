import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type FaultRule, type LocalCloud, type LocalCloudOptions, parseFaults, startLocalCloud } from "./index";
import { defaultAccount } from "./options";

const help = `Usage: dgraphcloud-local [options]

Runs Dgraph Cloud on 127.0.0.1: a control plane, and a data plane for each backend.

  --port PORT            port of the control plane (default 8070)
  --data DIR             keep the state in DIR across restarts (default: forget it)
  --account EMAIL:PASS   an account, may be given several times (default ${defaultAccount.email}:${defaultAccount.password})
  --provisioning TIME    how long a new backend answers 503 (default 3s)
  --restart TIME         how long a backend answers 503 after an update (default 0s)
  --restore TIME         how long a restore runs (default 5s)
  --drop TIME            how long dropData takes to answer (default 0s)
  --session TIME         how long a log-in lives (default 3h)
  --backup-every TIME    back up dedicated backends by themselves (default: never)
  --unique-names         refuse a second backend of the same name
  --faults FILE          scripted faults: a JSON list, see the README
  --help                 this text

TIME is a number with a unit: 500ms, 3s, 5m, 4h.
`;

const options = {
  port: { type: "string", default: "8070" },
  data: { type: "string" },
  account: { type: "string", multiple: true },
  provisioning: { type: "string" },
  restart: { type: "string" },
  restore: { type: "string" },
  drop: { type: "string" },
  session: { type: "string" },
  "backup-every": { type: "string" },
  "unique-names": { type: "boolean" },
  faults: { type: "string" },
  help: { type: "boolean" },
} as const;

/** Runs the command; gives its exit code once it has ended. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...argv], options });
    if (values.help === true) {
      process.stdout.write(help);
      return 0;
    }
    const faults = values.faults === undefined ? [] : readFaults(values.faults);
    await serve(cloudOptions(values), faults);
    return 0;
  } catch (error) {
    process.stderr.write(`dgraphcloud-local: ${problem(error)}\n`);
    return 1;
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

function cloudOptions(values: Values): LocalCloudOptions {
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port must be 0 to 65535, not "${values.port}"`);
  return {
    port,
    ...(values.data !== undefined && { data: values.data }),
    ...(values.account !== undefined && { accounts: values.account.map(account) }),
    ...time("provisioningMs", "--provisioning", values.provisioning),
    ...time("restartMs", "--restart", values.restart),
    ...time("restoreMs", "--restore", values.restore),
    ...time("dropMs", "--drop", values.drop),
    ...time("sessionMs", "--session", values.session),
    ...time("backupEveryMs", "--backup-every", values["backup-every"]),
    uniqueNames: values["unique-names"] ?? false,
  };
}

function account(text: string): { email: string; password: string } {
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) throw new Error("--account must look like you@example.com:password");
  return { email: text.slice(0, colon), password: text.slice(colon + 1) };
}

function time<Name extends string>(name: Name, flag: string, text: string | undefined): Partial<Record<Name, number>> {
  if (text === undefined) return {};
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw new Error(`${flag} must be a time like 500ms, 3s, 5m or 4h, not "${text}"`);
  const ms = Number(amount) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit as "ms" | "s" | "m" | "h"];
  return { [name]: ms } as Partial<Record<Name, number>>;
}

function readFaults(file: string): FaultRule[] {
  try {
    return parseFaults(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`--faults ${file}: ${problem(error)}`, { cause: error });
  }
}

async function serve(cloudOptions: LocalCloudOptions, faults: readonly FaultRule[]): Promise<void> {
  // Somebody may read the greeting only: `dgraphcloud-local | head -4`.
  process.stdout.on("error", () => undefined);
  const local = await startLocalCloud(cloudOptions);
  for (const rule of faults) local.faults.add(rule);
  // Listening before the greeting: whoever reads it may stop the command at once.
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  process.stdout.write(greeting(local, cloudOptions.data));
  await stopped;
  await local.close();
  process.stdout.write("Stopped.\n");
}

function greeting({ endpoint, accounts }: LocalCloud, data: string | undefined): string {
  const [first] = accounts;
  return [
    `Dgraph Cloud runs at ${endpoint}, ${data === undefined ? "in memory" : `with its state in ${data}`}. In another shell:`,
    "",
    `  export DGRAPHCLOUD_ENDPOINT=${endpoint}`,
    `  export DGRAPHCLOUD_EMAIL=${first?.email ?? ""}`,
    `  export DGRAPHCLOUD_PASSWORD=${first?.password ?? ""}`,
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
