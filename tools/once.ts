import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { check, lock } from "proper-lockfile";
import { say } from "./cache";

/** A lock whose holder has not been heard of for so long is taken over; it is renewed every third of it. */
const staleMs = 30_000;

/**
 * Makes a folder once, however many processes ask at the same time. It is made under another name and moved into place, so
 * that whoever is interrupted leaves nothing that looks finished.
 */
export async function makeFolderOnce(folder: string, make: (into: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const options = { stale: staleMs, update: staleMs / 3, realpath: false };
  if (await check(folder, options)) say(`another process is making ${basename(folder)}; waiting for it`);
  const release = await lock(folder, {
    ...options,
    retries: { retries: 3_600, factor: 1, minTimeout: 1_000, maxTimeout: 1_000 },
  });
  try {
    if (existsSync(folder)) return;
    const workshop = await mkdtemp(join(dirname(folder), "making-"));
    try {
      await make(workshop);
      await rename(workshop, folder);
    } finally {
      await rm(workshop, { recursive: true, force: true });
    }
  } finally {
    await release();
  }
}
