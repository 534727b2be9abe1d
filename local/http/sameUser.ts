import { readFileSync } from "node:fs";

/** The ports of the two ends of a connection, as a socket names them. */
interface Ports {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * Whether the program at the other end of a loopback connection runs as the user of this process. Linux lists the owner of
 * each connection. Other systems do not: there, every program counts as the user's own.
 */
export function isSameUser({ localPort, remotePort }: Ports): boolean {
  const tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].flatMap(readTable);
  if (tables.length === 0) return true;
  // The same port may be in use on another loopback address, so every match must belong to the user.
  const owners = tables.flatMap((table) => ownersIn(table, remotePort ?? 0, localPort ?? 0));
  return owners.length > 0 && owners.every((uid) => uid === process.getuid?.());
}

function readTable(file: string): string[] {
  try {
    return [readFileSync(file, "utf8")];
  } catch {
    return [];
  }
}

/** The uids that own the connections between two ports, from a table such as "0: 0100007F:D431 0100007F:1F90 01 … 1000 …". */
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
