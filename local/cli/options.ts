import type { parseArgs } from "node:util";
import { type EngineKind, engineKinds } from "../cloud/engine";
import { defaultAccount, leastBackupEveryMs, type LocalCloudOptions } from "../cloud/options";

/** The engine, unless a flag names one. */
const engineVariable = "DGRAPHCLOUD_LOCAL_ENGINE";

export const help = `Usage: dgraphcloud-local [options]
       dgraphcloud-local backup UID [--full]

Runs Dgraph Cloud on 127.0.0.1: a control plane, and a data plane for each backend.

  --port PORT            port of the control plane (default 8070)
  --engine ENGINE        memory, or dgraph: a real Dgraph behind each backend (default memory, or $${engineVariable})
  --dgraph PROGRAM       the dgraph program (default $DGRAPHCLOUD_LOCAL_DGRAPH, or the one on PATH)
  --data DIR             keep the state in DIR across restarts (default: lose it)
  --account EMAIL:PASS   an account; can be repeated (default ${defaultAccount.email}:${defaultAccount.password})
  --provisioning TIME    how long a new backend answers 503 (default 3s)
  --restart TIME         how long a backend answers 503 after an update (default 0s)
  --restore TIME         how long a restore runs in memory (default 5s)
  --drop TIME            how long dropData takes to answer (default 0s)
  --session TIME         how long a session lasts (default 3h)
  --backup-every TIME    interval of scheduled backups of dedicated backends, 1s or more (default: none)
  --unique-names         refuse a second backend of the same name
  --faults FILE          a JSON list of scripted faults, see the README
  --help                 print this text

backup UID takes a backup of a backend of a running local cloud: the next backup of its series, or with --full a full
one that begins a new series. It reads DGRAPHCLOUD_ENDPOINT, DGRAPHCLOUD_EMAIL and DGRAPHCLOUD_PASSWORD.

TIME is a number with a unit: 500ms, 3s, 5m, 4h.
`;

export const options = {
  port: { type: "string", default: "8070" },
  engine: { type: "string" },
  dgraph: { type: "string" },
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

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

/** The options of the local cloud. Flags take precedence over the environment. */
export function cloudOptions(values: Values, environment: NodeJS.ProcessEnv): LocalCloudOptions {
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port must be 0 to 65535, not "${values.port}"`);
  return {
    port,
    engine:
      values.engine === undefined
        ? engineOf(engineVariable, environment[engineVariable])
        : engineOf("--engine", values.engine),
    ...(values.dgraph !== undefined && { dgraph: values.dgraph }),
    ...(values.data !== undefined && { data: values.data }),
    ...(values.account !== undefined && { accounts: values.account.map(account) }),
    ...time("provisioningMs", "--provisioning", values.provisioning),
    ...time("restartMs", "--restart", values.restart),
    ...time("restoreMs", "--restore", values.restore),
    ...time("dropMs", "--drop", values.drop),
    ...time("sessionMs", "--session", values.session),
    ...backupEvery(values["backup-every"]),
    uniqueNames: values["unique-names"] ?? false,
  };
}

function engineOf(source: string, name: string | undefined): EngineKind {
  if (name === undefined || name === "") return "memory";
  const kind = engineKinds.find((known) => known === name);
  if (kind === undefined) throw new Error(`${source} must be ${engineKinds.join(" or ")}, not "${name}"`);
  return kind;
}

function account(text: string): { email: string; password: string } {
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) throw new Error("--account must look like you@example.com:password");
  return { email: text.slice(0, colon), password: text.slice(colon + 1) };
}

function backupEvery(text: string | undefined): { backupEveryMs?: number } {
  const interval = time("backupEveryMs", "--backup-every", text);
  if (interval.backupEveryMs !== undefined && interval.backupEveryMs < leastBackupEveryMs)
    throw new Error(`--backup-every must be ${leastBackupEveryMs / 1_000}s or more, not "${text ?? ""}"`);
  return interval;
}

function time<Name extends string>(name: Name, flag: string, text: string | undefined): Partial<Record<Name, number>> {
  if (text === undefined) return {};
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw new Error(`${flag} must be a time like 500ms, 3s, 5m or 4h, not "${text}"`);
  const ms = Number(amount) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit as "ms" | "s" | "m" | "h"];
  return { [name]: ms } as Partial<Record<Name, number>>;
}
