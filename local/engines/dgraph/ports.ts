import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The ports of a pair: the default ports of Zero and Alpha, all with the same offset. */
export interface PairPorts {
  readonly offset: number;
  readonly zero: number;
  readonly zeroHttp: number;
  readonly alphaInternal: number;
  readonly alphaHttp: number;
  readonly alphaGrpc: number;
}

// Below the range that systems use for outgoing connections.
const lowest = 1_000;
const highest = 22_000;
const dgraphPorts = [5_080, 6_080, 7_080, 8_080, 9_080];
// The default ports lie 1,000 apart, so two offsets that differ by such a step would share ports.
const collidingSteps = [0, 1_000, 2_000, 3_000, 4_000];
// The ports of a process that has just ended may stay in use for a moment.
const freeWithinMs = 10_000;
const pollMs = 100;

const inUse = new Set<number>();

/**
 * The ports of the pair in a folder. They never change, since each process stores the address of the other one and connects
 * to it after a restart.
 */
export async function portsOf(folder: string): Promise<PairPorts> {
  const file = join(folder, "ports.json");
  const offset = readOffset(file);
  if (offset === undefined) {
    const ports = await reservePorts();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify({ offset: ports.offset }), { mode: 0o600 });
    return ports;
  }
  inUse.add(offset);
  for (const began = Date.now(); !(await allFree(offset));) {
    if (Date.now() - began > freeWithinMs)
      throw new Error(
        `another program uses one of the ports ${dgraphPorts.map((port) => port + offset).join(", ")}, which this database must have: stop that program, and start the local cloud again`,
      );
    await sleep(pollMs);
  }
  return portsAt(offset);
}

/** Reserves the ports of the pair in a folder, whether it runs or not. */
export function holdPorts(folder: string): void {
  const offset = readOffset(join(folder, "ports.json"));
  if (offset !== undefined) inUse.add(offset);
}

/** Releases the ports of the pair in a folder, once it is removed. */
export function releasePorts(folder: string): void {
  const offset = readOffset(join(folder, "ports.json"));
  if (offset !== undefined) inUse.delete(offset);
}

async function reservePorts(): Promise<PairPorts> {
  const start = Math.floor(Math.random() * (highest - lowest));
  for (let tries = 0; tries < highest - lowest; tries++) {
    const offset = lowest + ((start + tries) % (highest - lowest));
    if (collidingSteps.some((step) => inUse.has(offset + step) || inUse.has(offset - step))) continue;
    inUse.add(offset);
    if (await allFree(offset)) return portsAt(offset);
    inUse.delete(offset);
  }
  throw new Error("there are no five free ports for a Dgraph: delete a backend, or stop other programs");
}

function portsAt(offset: number): PairPorts {
  return {
    offset,
    zero: 5_080 + offset,
    zeroHttp: 6_080 + offset,
    alphaInternal: 7_080 + offset,
    alphaHttp: 8_080 + offset,
    alphaGrpc: 9_080 + offset,
  };
}

function readOffset(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { offset: number }).offset;
  } catch {
    return undefined;
  }
}

async function allFree(offset: number): Promise<boolean> {
  for (const port of dgraphPorts) if (!(await isFree(port + offset))) return false;
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => {
      resolve(false);
    });
    probe.listen(port, "127.0.0.1", () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
