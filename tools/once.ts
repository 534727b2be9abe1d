import { constants, existsSync } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { lock } from "proper-lockfile";
import { cacheVariable } from "./cache";
import { type Say, withHeartbeat } from "./progress";

/** A lock whose holder has not been heard of for so long is taken over; it is renewed every third of it. */
const staleMs = 30_000;
const waits = 14_400;
const waitMs = 250;

/**
 * Makes a folder once, however many processes ask at the same time. It is made under another name and moved into place, so
 * that whoever is interrupted leaves nothing that looks finished. Returns what `make` returns, or undefined when the folder
 * was already there.
 */
export async function makeFolderOnce<T>(
  folder: string,
  make: (into: string) => Promise<T>,
  say: Say,
): Promise<T | undefined> {
  if (existsSync(folder)) return undefined;
  await makeWritable(dirname(folder));
  const release = await acquire(folder, say);
  try {
    // Another process may have made it while this one waited.
    if (existsSync(folder)) return undefined;
    await removeLeftovers(folder);
    return await makeAside(folder, make);
  } finally {
    // Fails when the lock was taken over while this machine slept: then it is its new holder's to release.
    await release().catch(() => undefined);
  }
}

async function makeWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new Error(`${folder} cannot be written: set ${cacheVariable} to a folder that can`, { cause });
  }
}

async function acquire(folder: string, say: Say): Promise<() => Promise<void>> {
  const options = {
    stale: staleMs,
    update: staleMs / 3,
    realpath: false,
    // Without the lock the work is merely done twice, as each process moves a folder of its own into place.
    onCompromised: () => undefined,
  };
  try {
    return await lock(folder, options);
  } catch (error) {
    if (codeOf(error) !== "ELOCKED") throw error;
  }
  const waiting = `waiting for another process that is making ${basename(folder)}`;
  say(waiting);
  const retries = { retries: waits, factor: 1, minTimeout: waitMs, maxTimeout: waitMs };
  return withHeartbeat(say, waiting, () => lock(folder, { ...options, retries })).catch((cause: unknown) => {
    if (codeOf(cause) !== "ELOCKED") throw cause;
    throw new Error(
      `another process holds ${folder}.lock for an hour: end that process, or remove the lock, and try again`,
      { cause },
    );
  });
}

async function makeAside<T>(folder: string, make: (into: string) => Promise<T>): Promise<T> {
  const aside = await mkdtemp(`${asidePrefix(folder)}${process.pid}-`);
  try {
    const made = await make(aside);
    await rename(aside, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return made;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Removes what processes that were killed have left. */
async function removeLeftovers(folder: string): Promise<void> {
  const prefix = basename(asidePrefix(folder));
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(prefix) || isRunning(Number.parseInt(name.slice(prefix.length)))) continue;
    await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function asidePrefix(folder: string): string {
  return `${folder}.making-`;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
