import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The ports of a pair of Zero and Alpha: Dgraph's own, with one offset for all. */
export interface PairPorts {
  readonly offset: number;
  readonly zero: number;
  readonly zeroHttp: number;
  readonly alphaInternal: number;
  readonly alphaHttp: number;
  readonly alphaGrpc: number;
}

// Below the range from which systems take ports for outgoing connections.
const lowest = 1_000;
const highest = 22_000;
const dgraphPorts = [5_080, 6_080, 7_080, 8_080, 9_080];
// Dgraph's own ports lie a thousand apart, so that two offsets can meet.
const neighbours = [0, 1_000, 2_000, 3_000, 4_000];
// Those of a process that has just ended may be held for a moment.
const freeWithinMs = 10_000;
const pollMs = 100;

const inUse = new Set<number>();

/**
 * The ports of the pair in a folder. A pair keeps those it was made with: both processes have written each other's address
 * down, and would look for it there after a restart.
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
        `of the ports ${dgraphPorts.map((port) => port + offset).join(", ")}, which it was made with, one is taken by another program: end that, and start the local cloud again`,
      );
    await sleep(pollMs);
  }
  return portsAt(offset);
}

/** Keeps new pairs from the ports of the pair in a folder, whether it runs or not. */
export function holdPorts(folder: string): void {
  const offset = readOffset(join(folder, "ports.json"));
  if (offset !== undefined) inUse.add(offset);
}

/** Gives the ports of the pair in a folder back, once it is gone for good. */
export function releasePorts(folder: string): void {
  const offset = readOffset(join(folder, "ports.json"));
  if (offset !== undefined) inUse.delete(offset);
}

async function reservePorts(): Promise<PairPorts> {
  const start = Math.floor(Math.random() * (highest - lowest));
  for (let tries = 0; tries < highest - lowest; tries++) {
    const offset = lowest + ((start + tries) % (highest - lowest));
    if (neighbours.some((step) => inUse.has(offset + step) || inUse.has(offset - step))) continue;
    inUse.add(offset);
    if (await allFree(offset)) return portsAt(offset);
    inUse.delete(offset);
  }
  throw new Error("there are no five free ports for a Dgraph");
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
