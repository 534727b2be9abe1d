import { chmodSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endStrays, lives, readRecords, recordOf, writeRecords } from "../../storage/processes";
import { foldersOf } from "./settings";

const temporaryPrefix = "dgraphcloud-local-dgraph-";
const ownerFile = "owner.json";

/** The folders of backends, by their uids; what else is there is somebody else's. */
export function backendFolders(root: string): string[] {
  return existsSync(root) ? readdirSync(root).filter((name) => /^0x[0-9a-f]+$/.test(name)) : [];
}

/** A folder for one run, with a note of whose it is. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), temporaryPrefix));
  writeRecords(join(folder, ownerFile), [recordOf(process.pid)]);
  return folder;
}

/** Removes the folders of runs that were killed. */
export async function sweepTemporary(say: (line: string) => void): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(temporaryPrefix))) {
    const folder = join(tmpdir(), name);
    if (!isOwn(folder)) continue;
    const owners = readRecords(join(folder, ownerFile));
    if (owners.length === 0 || owners.some(lives)) continue;
    await sweep(join(folder, "backends"), say);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends the databases that an earlier run has left running under a folder. */
export async function sweep(root: string, say: (line: string) => void): Promise<void> {
  for (const uid of backendFolders(root)) {
    const folder = join(root, uid);
    if (!isOwn(folder)) continue;
    // One that was copied may have been opened to others.
    chmodSync(folder, 0o700);
    const file = foldersOf(folder).processes;
    const ended = await endStrays(readRecords(file));
    rmSync(file, { force: true });
    if (ended > 0) say(`backend ${uid}: ended ${ended} processes of an earlier run`);
  }
}

/** Anybody may make a folder of that name, and write down in it what is to be ended. */
function isOwn(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}
