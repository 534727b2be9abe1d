import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SavedCloud } from "./cloud";

// A lock of this very process says nothing by its number.
const openHere = new Set<string>();

/** Keeps the state of a local cloud in a folder. The files hold tokens, so only their owner may read them. */
export class Store {
  private constructor(private readonly folder: string) {}

  /** Opens the folder for this process alone; throws when another live one has it. */
  static open(folder: string): Store {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = join(folder, "lock");
    const holder = readNumber(lock);
    const folderHere = realpathSync(folder);
    if (openHere.has(folderHere) || (holder !== undefined && holder !== process.pid && isAlive(holder))) {
      throw new Error(
        `the folder ${folder} is in use by process ${holder ?? process.pid}: stop that one, or choose another folder with --data`,
      );
    }
    writeFileSync(lock, String(process.pid), { mode: 0o600 });
    openHere.add(folderHere);
    return new Store(folderHere);
  }

  load(): SavedCloud | undefined {
    let text: string;
    try {
      text = readFileSync(this.file, "utf8");
    } catch {
      return undefined;
    }
    try {
      const saved = JSON.parse(text) as SavedCloud;
      if (!Array.isArray(saved.deployments)) throw new Error("it holds no list of deployments");
      return saved;
    } catch (cause) {
      throw new Error(`${this.file} cannot be read: remove it to start anew`, { cause });
    }
  }

  /** Writes all or nothing: a kill in the middle leaves the state before. */
  save(cloud: SavedCloud): void {
    const next = `${this.file}.next`;
    writeFileSync(next, JSON.stringify(cloud), { mode: 0o600 });
    renameSync(next, this.file);
  }

  close(): void {
    rmSync(join(this.folder, "lock"), { force: true });
    openHere.delete(this.folder);
  }

  private get file(): string {
    return join(this.folder, "cloud.json");
  }
}

function readNumber(file: string): number | undefined {
  try {
    const value = Number(readFileSync(file, "utf8"));
    return Number.isInteger(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
