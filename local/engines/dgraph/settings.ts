import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tlsSettings } from "./certificates";
import type { PairPorts } from "./ports";

/** The settings of one backend's pair. */
export interface PairSettings {
  /** The folder of the backend's files. */
  readonly folder: string;
  readonly ports: PairPorts;
  readonly adminToken: string;
  readonly acl: boolean;
  /** The address on which Alpha calls the backend's lambda. */
  readonly lambdaUrl: string;
}

export interface WrittenSettings {
  /** The configuration file of Zero. */
  readonly zero: string;
  /** The configuration file of Alpha. */
  readonly alpha: string;
  /** The key that signs the tokens of Dgraph's users; undefined without access control. */
  readonly aclKey: string | undefined;
}

/** The paths in the folder of a backend. */
export const pathsOf = (folder: string) => ({
  backups: join(folder, "backups"),
  exported: join(folder, "exports"),
  logs: join(folder, "logs"),
  /** Alpha's write-ahead log, which holds its proposals. */
  proposals: join(folder, "w"),
  processes: join(folder, "processes.json"),
});

const telemetry = "reports=false; sentry=false;";
const alphaCacheMb = 128;
const aclKeyFile = "acl-secret";

/** Writes the configuration files of both processes. Arguments would be readable for every user of the machine. */
export function writeSettings({ folder, ports, adminToken, acl, lambdaUrl }: PairSettings): WrittenSettings {
  const { exported, backups, proposals } = pathsOf(folder);
  for (const needed of [folder, exported, backups]) mkdirSync(needed, { recursive: true, mode: 0o700 });
  const aclKey = acl ? persistentAclKey(folder) : undefined;
  const common = { port_offset: ports.offset, bindall: false, telemetry, logtostderr: true, tls: tlsSettings };
  const zero = { ...common, my: `127.0.0.1:${ports.zero}`, wal: join(folder, "zw") };
  const alpha = {
    ...common,
    my: `127.0.0.1:${ports.alphaInternal}`,
    zero: `127.0.0.1:${ports.zero}`,
    postings: join(folder, "p"),
    wal: proposals,
    tmp: join(folder, "t"),
    export: exported,
    security: `token=${adminToken}; whitelist=127.0.0.1;`,
    cache: `size-mb=${alphaCacheMb};`,
    graphql: `lambda-url=${lambdaUrl};`,
    // Relative to the folder, in which both processes run: Dgraph would read ";" and "=" in a path as separators.
    ...(acl && { acl: `secret-file=${aclKeyFile};` }),
  };
  return { zero: write(folder, "zero", zero), alpha: write(folder, "alpha", alpha), aclKey };
}

function write(folder: string, name: string, settings: object): string {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 });
  return file;
}

/** The key is kept across restarts, so that the tokens it has signed stay valid. */
function persistentAclKey(folder: string): string {
  const file = join(folder, aclKeyFile);
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString("hex"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}
