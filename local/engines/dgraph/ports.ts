import { createServer } from "node:net";

/** The ports of a pair of Zero and Alpha: Dgraph's own, with one offset for all. */
export interface PairPorts {
  readonly offset: number;
  readonly zero: number;
  readonly alphaInternal: number;
  readonly alphaHttp: number;
}

// Below the range from which systems take ports for outgoing connections.
const lowest = 1_000;
const highest = 22_000;
const dgraphPorts = [5_080, 6_080, 7_080, 8_080, 9_080];

const inUse = new Set<number>();

/** Finds five ports that nobody listens on and that no other pair of this process has. */
export async function reservePorts(): Promise<PairPorts> {
  const start = lowest + Math.floor(Math.random() * (highest - lowest));
  for (let tries = 0; tries < highest - lowest; tries++) {
    const offset = lowest + ((start - lowest + tries) % (highest - lowest));
    if ([0, 1_000, 2_000, 3_000, 4_000].some((step) => inUse.has(offset + step) || inUse.has(offset - step))) continue;
    inUse.add(offset);
    if (await allFree(dgraphPorts.map((port) => port + offset)))
      return { offset, zero: 5_080 + offset, alphaInternal: 7_080 + offset, alphaHttp: 8_080 + offset };
    inUse.delete(offset);
  }
  throw new Error("there are no five free ports for a Dgraph");
}

/** Gives ports back; only once no process listens on them any more. */
export function releasePorts({ offset }: PairPorts): void {
  inUse.delete(offset);
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if (!(await isFree(port))) return false;
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
