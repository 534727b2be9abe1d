import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Canaries, Sighting } from "./canaries";

/** Looks again and again, while an engine runs, at the arguments of all processes and at the files of a folder. */
export class Watch {
  readonly sightings: Sighting[] = [];
  /** How many different command lines and files were looked at. */
  readonly seen = { commands: new Set<string>(), files: new Set<string>() };
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly canaries: Canaries,
    private readonly folder: string,
    private readonly skip: (path: string) => boolean,
  ) {
    this.timer = setInterval(() => {
      this.look();
    }, 200);
  }

  stop(): void {
    clearInterval(this.timer);
    // Once more everything: some secrets became known after a file was looked at.
    this.seen.files.clear();
    this.look();
  }

  /** Everything that is in the folder now. */
  look(): void {
    for (const command of commandLines()) {
      if (this.seen.commands.has(command)) continue;
      this.seen.commands.add(command);
      this.sightings.push(...this.canaries.in(command, "arguments of a process"));
    }
    this.files(this.folder);
  }

  private files(folder: string): void {
    for (const entry of list(folder)) {
      const path = join(folder, entry);
      const { directory, version } = stat(path);
      if (this.skip(path)) continue;
      if (directory) this.files(path);
      else if (version !== undefined && !this.seen.files.has(version)) {
        this.seen.files.add(version);
        this.sightings.push(...this.canaries.in(content(path), path));
      }
    }
  }
}

function commandLines(): string[] {
  if (!existsSync("/proc/self/cmdline"))
    return execFileSync("ps", ["-Ao", "command="], { encoding: "utf8" }).split("\n");
  return list("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => content(`/proc/${pid}/cmdline`).replace(/\0/g, " "));
}

// What was there a moment ago may be gone.
function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function content(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function stat(path: string): { directory: boolean; version: string | undefined } {
  try {
    const found = lstatSync(path);
    const version = found.isFile() ? `${path} ${found.mtimeMs} ${found.size}` : undefined;
    return { directory: found.isDirectory(), version };
  } catch {
    return { directory: false, version: undefined };
  }
}
