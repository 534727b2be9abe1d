import { readFileSync } from "node:fs";

/** The ports of a connection's two ends, as a socket names them. */
interface Ends {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * Whether the program at the other end of a loopback connection runs as the user of this process. Linux tells it for each
 * connection; elsewhere nobody does, and everybody counts as the user.
 */
export function isOfOwnUser({ localPort, remotePort }: Ends): boolean {
  const tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].flatMap(tableIn);
  if (tables.length === 0) return true;
  // Another loopback address may have the same port: then all of them must be the user's.
  const owners = tables.flatMap((table) => ownersIn(table, remotePort ?? 0, localPort ?? 0));
  return owners.length > 0 && owners.every((uid) => uid === process.getuid?.());
}

function tableIn(file: string): string[] {
  try {
    return [readFileSync(file, "utf8")];
  } catch {
    return [];
  }
}

/** The users of the connections from one port to another, by a table such as "0: 0100007F:D431 0100007F:1F90 01 … 1000 …". */
export function ownersIn(table: string, from: number, to: number): number[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, remote]) => portOf(local) === from && portOf(remote) === to)
    .map((fields) => Number(fields[7]));
}

function portOf(address = ""): number {
  return Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
}
