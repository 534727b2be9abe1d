import { createHash } from "node:crypto";
import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

/** What one process of a run tells the others about a backend, under its uid or under the URN of its resource. */
export type Fact =
  /** The program declares it, so this run is no destroy, or leaves the backend alone. */
  | "declared"
  /** It was created in this run, so it holds no earlier data. */
  | "created"
  /** Its state says, or is going to say, that it must not be deleted. */
  | "protected";

/** The other provider processes of the same engine run: each explicit Provider has its own process. */
export interface Siblings {
  /** Tells the others that a resource with this uid and incarnation is live, or that it is deleted. */
  shareResource(uid: string, incarnation: string, isLive: boolean): void;
  /** The incarnations of the live resources in other processes that refer to the backend. */
  incarnationsElsewhere(uid: string): readonly string[];
  shareFact(key: string, fact: Fact): void;
  /** Whether another process has shared the fact. */
  hasFact(key: string, fact: Fact): boolean;
}

/** For a process that no engine started, which has no siblings. */
export const noSiblings: Siblings = {
  shareResource: () => undefined,
  incarnationsElsewhere: () => [],
  shareFact: () => undefined,
  hasFact: () => false,
};

type Line =
  | readonly [endpoint: string, uid: string, incarnation: string, isLive: boolean]
  | readonly [endpoint: string, key: string, fact: Fact];

/**
 * Siblings that share a folder for temporary files. Each process writes a file of its own, and reads those of the living processes. The
 * files hold uids, URNs and times, no secret. Where the folder cannot be written, each process knows only what it has learned itself.
 */
export class SharedSiblings implements Siblings {
  private readonly folder: string;
  private readonly own = `${process.pid}`;
  /** What the file of this process says last, so that nothing is written twice. */
  private readonly shared = new Map<string, boolean>();

  constructor(
    private readonly endpoint: string,
    /** Tells this run of the engine from another: the address of the engine. */
    engine: string,
    private readonly base = baseFolder(),
  ) {
    this.folder = join(base, createHash("sha256").update(engine).digest("hex").slice(0, 16));
  }

  shareResource(uid: string, incarnation: string, isLive: boolean): void {
    const key = JSON.stringify([uid, incarnation]);
    if (this.shared.get(key) === isLive) return;
    if (this.write([this.endpoint, uid, incarnation, isLive])) this.shared.set(key, isLive);
  }

  incarnationsElsewhere(uid: string): readonly string[] {
    const live = new Set<string>();
    for (const [file, [endpoint, other, incarnation, isLive]] of this.linesOfOthers()) {
      if (isLive === undefined || endpoint !== this.endpoint || other !== uid) continue;
      if (isLive) live.add(`${file} ${incarnation}`);
      else live.delete(`${file} ${incarnation}`);
    }
    return [...live].map((one) => one.slice(one.indexOf(" ") + 1));
  }

  shareFact(key: string, fact: Fact): void {
    const line: Line = [this.endpoint, key, fact];
    const text = JSON.stringify(line);
    if (!this.shared.has(text) && this.write(line)) this.shared.set(text, true);
  }

  hasFact(key: string, fact: Fact): boolean {
    const line: Line = [this.endpoint, key, fact];
    return this.linesOfOthers().some(([, other]) => isDeepStrictEqual(other, line));
  }

  private linesOfOthers(): (readonly [file: string, line: Line])[] {
    if (!isMine(this.base)) return [];
    const files = filesOf(this.folder).filter((file) => file !== this.own && isAlive(file));
    return files.flatMap((file) => linesOf(join(this.folder, file)).map((line) => [file, line] as const));
  }

  private write(line: Line): boolean {
    // The engine ends its processes with a signal, so their files stay: the next process removes them.
    if (this.shared.size === 0) sweep(this.base);
    // Another process may remove the folder while it is still empty.
    for (let tries = 0; tries < 3; tries++) {
      const done = attempt(() => {
        mkdirSync(this.base, { recursive: true, mode: 0o700 });
        if (!isMine(this.base)) throw new Error("it belongs to another user");
        mkdirSync(this.folder, { recursive: true, mode: 0o700 });
        appendFileSync(join(this.folder, this.own), `${JSON.stringify(line)}\n`, { mode: 0o600 });
      });
      if (done) return true;
    }
    return false;
  }
}

function baseFolder(): string {
  // Unlike a user name, the number needs no entry in /etc/passwd, which containers often lack.
  return join(tmpdir(), `pulumi-dgraphcloud-${process.getuid?.() ?? userInfo().username}`);
}

/** Removes the files of processes that have ended. */
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
    // Fails while another process still has a file there.
    attempt(() => {
      rmdirSync(folder);
    });
  }
}

/** Whether it is a folder of this user and not a link. Otherwise another user could decide which files are removed or written here. */
function isMine(folder: string): boolean {
  try {
    const found = lstatSync(folder);
    const isOwn = process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0);
    return isOwn && found.isDirectory();
  } catch {
    return false;
  }
}

/** The names of the files, which are process ids. */
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
      // A full disk may have cut off one line; the others count all the same.
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

/** Whether it succeeded. A failure means only that less is shared between the processes. */
function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
