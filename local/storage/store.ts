import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloud, SavedCloud } from "../cloud/cloud";
import { lives, readRecords, recordOf } from "./processes";
import { parseSaved } from "./savedCloud";

// A lock of this very process says nothing by its number.
const openHere = new Set<string>();

/** Keeps the state of a local cloud in a folder. The files hold tokens, so only their owner may read them. */
export class Store {
  private written: string | undefined;

  private constructor(private readonly folder: string) {}

  /** Opens the folder for this process alone; throws when another live one has it. */
  static open(folder: string): Store {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = join(folder, "lock");
    const folderHere = realpathSync(folder);
    if (openHere.has(folderHere)) throw inUse(folder, process.pid);
    take(folder, lock);
    refuseOpenToAll(folder, lock);
    openHere.add(folderHere);
    return new Store(folderHere);
  }

  /** What an earlier run has kept. Throws when it is there and cannot be read: to start anew would write over it. */
  load(): SavedCloud | undefined {
    try {
      return parseSaved(readFileSync(this.file, "utf8"));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${this.file} cannot be read: mend it, or remove it to start anew (${why})`, { cause });
    }
  }

  /** Writes the state, unless it is as it was when it was written here last. */
  keep(cloud: Pick<Cloud, "mark" | "save">): void {
    const mark = cloud.mark();
    if (mark === this.written) return;
    this.save(cloud.save());
    this.written = mark;
  }

  /** Writes all or nothing: a kill in the middle leaves the state before. */
  save(cloud: SavedCloud): void {
    const next = `${this.file}.next`;
    try {
      writeAnew(next, JSON.stringify(cloud));
      renameSync(next, this.file);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(
        `the state could not be written to ${this.file}, which keeps the one before: make room on its disk, or see who may write there (${why})`,
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

/** Into a file of its own: one that was there keeps its mode, and may be a link to somewhere else. */
function writeAnew(file: string, text: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600, flag: "wx" });
}

/** Who may write here could have tokens accepted and processes ended. */
function refuseOpenToAll(folder: string, lock: string): void {
  // Some file systems keep no rights, which shows in a file that was to be private.
  const keepsRights = (statSync(lock).mode & 0o077) === 0;
  if (!keepsRights || (statSync(folder).mode & 0o002) === 0) return;
  rmSync(lock);
  throw new Error(
    `anybody on this machine may write to the folder ${folder}: choose a new one with --data, or take that right away with chmod o-w`,
  );
}

/** Makes the lock; takes it over when the process that wrote it is gone, whoever has its number now. */
function take(folder: string, lock: string): void {
  const [holder] = readRecords(lock);
  if (holder !== undefined && holder.pid !== process.pid && lives(holder)) throw inUse(folder, holder.pid);
  rmSync(lock, { force: true });
  try {
    // Fails when another one made it in this moment.
    writeFileSync(lock, JSON.stringify([recordOf(process.pid)]), { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "EEXIST" ? inUse(folder, readRecords(lock)[0]?.pid) : cause;
  }
}

function inUse(folder: string, pid: number | undefined): Error {
  const holder = pid === undefined ? "another process" : `process ${pid}`;
  return new Error(`the folder ${folder} is in use by ${holder}: stop that one, or choose another folder with --data`);
}
