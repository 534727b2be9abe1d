import { chmodSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, killOrphans, readRecords, recordOf, writeRecords } from "../../storage/processRecords";
import { pathsOf } from "./settings";

const temporaryPrefix = "dgraphcloud-local-dgraph-";
const ownerFile = "owner.json";

/** The folders of backends, which are named by uid. Other folders are left alone. */
export function backendFolders(root: string): string[] {
  return existsSync(root) ? readdirSync(root).filter((name) => /^0x[0-9a-f]+$/.test(name)) : [];
}

/** Makes a temporary folder for one run, with a record of the process that owns it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), temporaryPrefix));
  writeRecords(join(folder, ownerFile), [recordOf(process.pid)]);
  return folder;
}

/** Removes the temporary folders of runs that were killed. */
export async function sweepTemporary(say: (line: string) => void): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(temporaryPrefix))) {
    const folder = join(tmpdir(), name);
    if (!isOwn(folder)) continue;
    const owners = readRecords(join(folder, ownerFile));
    if (owners.length === 0 || owners.some(isAlive)) continue;
    await sweep(join(folder, "backends"), say);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kills the databases that an earlier run has left running under a folder. */
export async function sweep(root: string, say: (line: string) => void): Promise<void> {
  for (const uid of backendFolders(root)) {
    const folder = join(root, uid);
    if (!isOwn(folder)) continue;
    // A copy of the folder may have lost its permissions.
    chmodSync(folder, 0o700);
    const file = pathsOf(folder).processes;
    const killed = await killOrphans(readRecords(file));
    rmSync(file, { force: true });
    if (killed > 0) say(`backend ${uid}: killed ${killed} processes of an earlier run`);
  }
}

/** Whether only the user can write to a folder. Another user could make one with this name, and list processes to kill in it. */
function isOwn(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}
