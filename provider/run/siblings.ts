import { createHash } from "node:crypto";
import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Fact, Siblings } from "./backends";

type Line =
  | readonly [endpoint: string, uid: string, incarnation: string, isLive: boolean]
  | readonly [endpoint: string, key: string, fact: Fact];

/**
 * Shares what the provider processes of one engine run stand for, through a folder for temporary files: a file a process, of which only
 * those of living processes count. Holds uids and times, no secret. Where it cannot be written, each process knows only its own.
 */
export class SharedSiblings implements Siblings {
  private readonly folder: string;
  private readonly own = `${process.pid}`;
  private readonly told = new Map<string, boolean>();

  constructor(
    private readonly endpoint: string,
    /** What tells one run of the engine from another. */
    engine: string,
    private readonly base = baseFolder(),
  ) {
    this.folder = join(base, createHash("sha256").update(engine).digest("hex").slice(0, 16));
  }

  tell(uid: string, incarnation: string, isLive: boolean): void {
    const key = JSON.stringify([uid, incarnation]);
    if (this.told.get(key) === isLive) return;
    if (this.write([this.endpoint, uid, incarnation, isLive])) this.told.set(key, isLive);
  }

  ofOthers(uid: string): readonly string[] {
    const live = new Set<string>();
    for (const [file, [endpoint, other, incarnation, isLive]] of this.linesOfOthers()) {
      if (isLive === undefined || endpoint !== this.endpoint || other !== uid) continue;
      if (isLive) live.add(`${file} ${incarnation}`);
      else live.delete(`${file} ${incarnation}`);
    }
    return [...live].map((one) => one.slice(one.indexOf(" ") + 1));
  }

  note(key: string, fact: Fact): void {
    const line: Line = [this.endpoint, key, fact];
    const text = JSON.stringify(line);
    if (!this.told.has(text) && this.write(line)) this.told.set(text, true);
  }

  hasNoted(key: string, fact: Fact): boolean {
    const line: Line = [this.endpoint, key, fact];
    return this.linesOfOthers().some(([, other]) => isDeepStrictEqual(other, line));
  }

  private linesOfOthers(): (readonly [file: string, line: Line])[] {
    if (!isMine(this.base)) return [];
    const files = filesOf(this.folder).filter((file) => file !== this.own && isAlive(file));
    return files.flatMap((file) => linesOf(join(this.folder, file)).map((line) => [file, line] as const));
  }

  private write(line: Line): boolean {
    // The engine ends its processes by a signal: what they leave goes with the next one that comes.
    if (this.told.size === 0) sweep(this.base);
    // Another process may remove the folder while it is still empty.
    for (let tries = 0; tries < 3; tries++) {
      const done = attempt(() => {
        mkdirSync(this.base, { recursive: true, mode: 0o700 });
        if (!isMine(this.base)) throw new Error("it is somebody else's");
        mkdirSync(this.folder, { recursive: true, mode: 0o700 });
        appendFileSync(join(this.folder, this.own), `${JSON.stringify(line)}\n`, { mode: 0o600 });
      });
      if (done) return true;
    }
    return false;
  }
}

function baseFolder(): string {
  // A number has no need of an entry among the users of the machine, which containers often lack.
  return join(tmpdir(), `pulumi-dgraphcloud-${process.getuid?.() ?? userInfo().username}`);
}

/** Removes what processes have left that were killed. */
function sweep(base: string): void {
  if (!isMine(base)) return;
  for (const name of entries(base, /^[0-9a-f]{16}$/)) {
    const folder = join(base, name);
    for (const file of filesOf(folder)) {
      if (isAlive(file)) continue;
      attempt(() => {
        rmSync(join(folder, file));
      });
    }
    // Not while another process still has something there.
    attempt(() => {
      rmdirSync(folder);
    });
  }
}

/** A folder of this user's own, and no link: else somebody could name the files that are removed and written here. */
function isMine(folder: string): boolean {
  try {
    const found = lstatSync(folder);
    const isOwn = process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0);
    return isOwn && found.isDirectory();
  } catch {
    return false;
  }
}

/** The files that processes have written, by their numbers. */
function filesOf(folder: string): string[] {
  return isMine(folder) ? entries(folder, /^[1-9]\d*$/) : [];
}

function entries(folder: string, names: RegExp): string[] {
  try {
    return readdirSync(folder).filter((name) => names.test(name));
  } catch {
    return [];
  }
}

function linesOf(file: string): Line[] {
  const lines: Line[] = [];
  attempt(() => {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      // One that was cut off by a full disk says nothing of the others.
      attempt(() => lines.push(JSON.parse(line) as Line));
    }
  });
  return lines;
}

function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What cannot be shared is known here all the same. Tells whether it could. */
function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
