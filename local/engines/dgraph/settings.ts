import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tlsSettings } from "./certificates";
import type { PairPorts } from "./ports";

/** How one backend's pair is set up. */
export interface PairSettings {
  /** Where all of the backend's files are. */
  readonly folder: string;
  readonly ports: PairPorts;
  readonly adminToken: string;
  readonly acl: boolean;
  /** Where Alpha calls the backend's lambda. */
  readonly lambdaUrl: string;
}

export interface WrittenSettings {
  /** The file for Zero. */
  readonly zero: string;
  /** The file for Alpha. */
  readonly alpha: string;
  /** What the tokens of Dgraph's users are signed with, where access control is on. */
  readonly aclKey: string | undefined;
}

/** The folders of a backend. */
export const foldersOf = (folder: string) => ({
  backups: join(folder, "backups"),
  exported: join(folder, "exports"),
  logs: join(folder, "logs"),
  /** Alpha's log of proposals. */
  proposals: join(folder, "w"),
  processes: join(folder, "processes.json"),
});

// Nothing leaves the machine.
const telemetry = "reports=false; sentry=false;";
const alphaCacheMb = 128;
const aclKeyFile = "acl-secret";

/** Writes the configuration of both processes; files rather than arguments, which anybody on the machine can read. */
export function writeSettings({ folder, ports, adminToken, acl, lambdaUrl }: PairSettings): WrittenSettings {
  const { exported, backups, proposals } = foldersOf(folder);
  for (const needed of [folder, exported, backups]) mkdirSync(needed, { recursive: true, mode: 0o700 });
  const aclKey = acl ? keptAclKey(folder) : undefined;
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
    // By its name alone, as both run in the folder: of a path, Dgraph would take ";" and "=" for its own.
    ...(acl && { acl: `secret-file=${aclKeyFile};` }),
  };
  return { zero: write(folder, "zero", zero), alpha: write(folder, "alpha", alpha), aclKey };
}

function write(folder: string, name: string, settings: object): string {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 });
  return file;
}

/** It has to outlive a restart, as the tokens do that are signed with it. */
function keptAclKey(folder: string): string {
  const file = join(folder, aclKeyFile);
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString("hex"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}
