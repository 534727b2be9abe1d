import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloud, SavedCloud } from "../cloud/cloud";
import { isAlive, readRecords, recordOf } from "./processRecords";
import { parseSaved } from "./savedCloud";

/** The folders that this process has open. Their locks hold its own id, so the lock cannot tell. */
const openHere = new Set<string>();

/** Saves the state of a local cloud in a folder. The files hold tokens, so only their owner may read them. */
export class Store {
  private savedFingerprint: string | undefined;

  private constructor(private readonly folder: string) {}

  /** Opens the folder and locks it. Throws when another running process has it open. */
  static open(folder: string): Store {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = join(folder, "lock");
    const realFolder = realpathSync(folder);
    if (openHere.has(realFolder)) throw inUse(folder, process.pid);
    acquireLock(folder, lock);
    refuseWritableByAll(folder, lock);
    openHere.add(realFolder);
    return new Store(realFolder);
  }

  /** The state of an earlier run, if there is one. Throws when it cannot be read, since a new state would overwrite it. */
  load(): SavedCloud | undefined {
    try {
      return parseSaved(readFileSync(this.file, "utf8"));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${this.file} cannot be read: repair it, or remove it to start without it (${why})`, { cause });
    }
  }

  /** Saves the state if it has changed since the last call. */
  saveIfChanged(cloud: Pick<Cloud, "fingerprint" | "save">): void {
    const fingerprint = cloud.fingerprint();
    if (fingerprint === this.savedFingerprint) return;
    this.save(cloud.save());
    this.savedFingerprint = fingerprint;
  }

  /** Saves the state atomically: if the process is killed meanwhile, the previous state stays. */
  save(cloud: SavedCloud): void {
    const next = `${this.file}.next`;
    try {
      writeNewFile(next, JSON.stringify(cloud));
      renameSync(next, this.file);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(
        `the state could not be written to ${this.file}, which still holds the previous state: free space on its disk, or check the permissions of its folder (${why})`,
        { cause },
      );
    }
  }

  close(): void {
    rmSync(join(this.folder, "lock"), { force: true });
    openHere.delete(this.folder);
  }

  private get file(): string {
    return join(this.folder, "cloud.json");
  }
}

/** Replaces a file by a new one: an existing file would keep its mode, and may be a link to another file. */
function writeNewFile(file: string, text: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600, flag: "wx" });
}

/** Whoever can write to the folder can have forged tokens accepted, and processes killed. */
function refuseWritableByAll(folder: string, lock: string): void {
  // Some file systems have no permissions: there, the lock is not private either.
  const hasPermissions = (statSync(lock).mode & 0o077) === 0;
  if (!hasPermissions || (statSync(folder).mode & 0o002) === 0) return;
  rmSync(lock);
  throw new Error(
    `every user of this machine may write to the folder ${folder}: choose a new one with --data, or remove that permission with chmod o-w`,
  );
}

/** Writes the lock. The lock of a process that has ended is replaced, even if its id is in use again. */
function acquireLock(folder: string, lock: string): void {
  const [holder] = readRecords(lock);
  if (holder !== undefined && holder.pid !== process.pid && isAlive(holder)) throw inUse(folder, holder.pid);
  rmSync(lock, { force: true });
  try {
    // Fails if another process has created the lock since.
    writeFileSync(lock, JSON.stringify([recordOf(process.pid)]), { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "EEXIST" ? inUse(folder, readRecords(lock)[0]?.pid) : cause;
  }
}

function inUse(folder: string, pid: number | undefined): Error {
  const holder = pid === undefined ? "another process" : `process ${pid}`;
  return new Error(
    `the folder ${folder} is in use by ${holder}: stop that process, or choose another folder with --data`,
  );
}
