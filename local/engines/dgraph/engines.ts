import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { CallerError, type Deployment } from "../../deployment";
import type { Engines } from "../index";
import { DgraphEngine } from "./index";
import { endStrays, lives, readRecords, recordOf, writeRecords } from "./records";
import { foldersOf } from "./settings";

export interface DgraphEnginesOptions {
  /** The `dgraph` program. */
  readonly executable: string;
  /** Where the data is kept across restarts; without it, in a folder that goes with the local cloud. */
  readonly data: string | undefined;
  readonly say: (line: string) => void;
  /** How many bytes of memory are free. Default: what the system says. */
  readonly freeBytes?: () => number;
}

/** What a pair takes soon after its start, with room for its first data. */
const pairMb = 400;
// A start is mostly waiting for elections; many more at once would take the processors from each other.
const startsAtOnce = 8;
const temporaryPrefix = "dgraphcloud-local-dgraph-";
const ownerFile = "owner.json";

/** Makes a real Dgraph for each backend. Ends first what an earlier run that was killed has left. */
export async function dgraphEngines({
  executable,
  data,
  say,
  freeBytes = freemem,
}: DgraphEnginesOptions): Promise<Engines> {
  await sweepTemporary(say);
  const base = data ?? temporaryFolder();
  const root = join(base, "backends");
  mkdirSync(root, { recursive: true, mode: 0o700 });
  await sweep(root, say);
  const made = new Map<string, DgraphEngine>();
  const limit = pLimit(startsAtOnce);
  const abandonAll = (): void => {
    for (const engine of made.values()) engine.abandon();
  };
  process.once("exit", abandonAll);
  return {
    kind: "dgraph",
    refuseWithoutRoom: () => {
      const waiting = limit.activeCount + limit.pendingCount;
      const freeMb = Math.floor(freeBytes() / 1_048_576);
      if (freeMb >= pairMb * (waiting + 1)) return;
      throw new CallerError(
        `a Dgraph needs about ${pairMb} MB of memory, ${freeMb} MB are free and ${waiting} others are starting: delete a backend, or use the memory engine`,
      );
    },
    make: (deployment, saved) => {
      const folder = join(root, deployment.uid);
      // A new backend must not begin with what an older one of its uid has left.
      if (saved === undefined) rmSync(folder, { recursive: true, force: true });
      const engine = new DgraphEngine({
        executable,
        folder,
        say,
        uid: deployment.uid,
        acl: hasAcl(deployment),
        inTurn: limit,
      });
      made.set(deployment.uid, engine);
      return engine;
    },
    begin: () => {
      // What a delete that was killed has left.
      for (const uid of readdirSync(root).filter((name) => !made.has(name)))
        rmSync(join(root, uid), { recursive: true, force: true });
      for (const engine of made.values()) void engine.start();
    },
    close: async () => {
      await Promise.all([...made.values()].map((engine) => engine.stop()));
      process.off("exit", abandonAll);
      if (data === undefined) rmSync(base, { recursive: true, force: true });
    },
  };
}

function hasAcl({ aclEnabled }: Deployment): boolean {
  return aclEnabled === "true";
}

/** A folder for one run, with a note of whose it is. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), temporaryPrefix));
  writeRecords(join(folder, ownerFile), [recordOf(process.pid)]);
  return folder;
}

/** Removes the folders of runs that were killed. */
async function sweepTemporary(say: (line: string) => void): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(temporaryPrefix))) {
    const folder = join(tmpdir(), name);
    const owners = readRecords(join(folder, ownerFile));
    if (owners.length === 0 || owners.some(lives)) continue;
    await sweep(join(folder, "backends"), say);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends the databases that an earlier run has left running under a folder. */
async function sweep(root: string, say: (line: string) => void): Promise<void> {
  for (const uid of existsSync(root) ? readdirSync(root) : []) {
    const file = foldersOf(join(root, uid)).processes;
    const ended = await endStrays(readRecords(file));
    rmSync(file, { force: true });
    if (ended > 0) say(`backend ${uid}: ended ${ended} processes of an earlier run`);
  }
}
