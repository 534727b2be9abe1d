import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes an empty folder whose name contains `purpose`, and returns its path without symbolic links. */
export function makeTemporaryFolder(purpose: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `dgraphcloud-${purpose}-`)));
}

/** Removes a folder and everything in it, if it exists. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
