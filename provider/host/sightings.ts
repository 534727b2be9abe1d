import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { Sightings } from "../ledger";

type Line = readonly [endpoint: string, uid: string, incarnation: string, isLive: boolean];

/**
 * Shares what the provider processes of one engine run stand for, through a folder for temporary files: a file a process, of which only
 * those of living processes count. Holds uids and times, no secret. Where it cannot be written, each process knows only its own.
 */
export class SharedSightings implements Sightings {
  private readonly folder: string;
  private readonly own = `${process.pid}`;
  private readonly told = new Map<string, boolean>();

  constructor(
    private readonly endpoint: string,
    /** What tells one run of the engine from another. */
    engine: string,
    private readonly base = join(tmpdir(), `pulumi-dgraphcloud-${userInfo().username}`),
  ) {
    this.folder = join(base, createHash("sha256").update(engine).digest("hex").slice(0, 16));
  }

  tell(uid: string, incarnation: string, isLive: boolean): void {
    const key = JSON.stringify([uid, incarnation]);
    if (this.told.get(key) === isLive) return;
    // The engine ends its processes by a signal: what they leave goes with the next one that comes.
    if (this.told.size === 0) sweep(this.base);
    this.told.set(key, isLive);
    const line: Line = [this.endpoint, uid, incarnation, isLive];
    this.write(`${JSON.stringify(line)}\n`);
  }

  ofOthers(uid: string): readonly string[] {
    const live = new Set<string>();
    // Whoever else could write here could keep backends from being deleted.
    if (!isMine(this.base)) return [];
    for (const file of entries(this.folder)) {
      if (file === this.own || !isAlive(file)) continue;
      for (const [endpoint, other, incarnation, isLive] of linesOf(join(this.folder, file))) {
        if (endpoint !== this.endpoint || other !== uid) continue;
        if (isLive) live.add(`${file} ${incarnation}`);
        else live.delete(`${file} ${incarnation}`);
      }
    }
    return [...live].map((one) => one.slice(one.indexOf(" ") + 1));
  }

  private write(line: string): void {
    // Another process may remove the folder while it is still empty.
    for (let tries = 0; tries < 3; tries++) {
      try {
        mkdirSync(this.folder, { recursive: true, mode: 0o700 });
        appendFileSync(join(this.folder, this.own), line, { mode: 0o600 });
        return;
      } catch {
        // What cannot be shared is known here all the same.
      }
    }
  }
}

function isMine(folder: string): boolean {
  try {
    return process.getuid === undefined || statSync(folder).uid === process.getuid();
  } catch {
    return false;
  }
}

function linesOf(file: string): Line[] {
  try {
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Line);
  } catch {
    return [];
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Another process still has something there.
  }
}

/** Removes what processes have left that were killed. */
function sweep(base: string): void {
  for (const folder of entries(base).map((name) => join(base, name))) {
    for (const file of entries(folder)) if (!isAlive(file)) rmSync(join(folder, file), { force: true });
    removeEmpty(folder);
  }
}
