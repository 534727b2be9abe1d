import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { attempt, type Fact, type Line, SiblingFile } from "./siblingFile";

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

/**
 * Siblings that share a folder for temporary files. Each process writes a file of its own, and reads those of the living processes. The
 * files hold uids, URNs and times, no secret. Where the folder cannot be written, each process knows only what it has learned itself.
 */
export class SharedSiblings implements Siblings {
  private readonly folder: string;
  private readonly own = `${process.pid}`;
  /** The file of this process, once it is open. */
  private file: number | undefined;
  /** What the file of this process says last, so that nothing is written twice. */
  private readonly shared = new Map<string, boolean>();
  /** The files of other processes, by name. */
  private readonly files = new Map<string, SiblingFile>();

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
    return this.others().flatMap((other) => other.incarnationsOf(this.endpoint, uid));
  }

  shareFact(key: string, fact: Fact): void {
    const line: Line = [this.endpoint, key, fact];
    const text = JSON.stringify(line);
    if (!this.shared.has(text) && this.write(line)) this.shared.set(text, true);
  }

  hasFact(key: string, fact: Fact): boolean {
    return this.others().some((other) => other.hasFact(this.endpoint, key, fact));
  }

  /** What the other living processes have written so far. */
  private others(): SiblingFile[] {
    if (!isMine(this.base)) return [];
    const names = filesOf(this.folder).filter((name) => name !== this.own && isAlive(name));
    return names.map((name) => {
      const file = this.files.get(name) ?? new SiblingFile(join(this.folder, name));
      this.files.set(name, file);
      file.read();
      return file;
    });
  }

  private write(line: Line): boolean {
    const append = (): void => {
      // It stays open, since opening it for each line takes longer than the write. Other processes cannot see a file that was removed.
      if (this.file !== undefined && fstatSync(this.file).nlink === 0) {
        closeSync(this.file);
        this.file = undefined;
      }
      this.file ??= openSync(join(this.folder, this.own), "a", 0o600);
      appendFileSync(this.file, `${JSON.stringify(line)}\n`);
    };
    const anew = (): void => {
      mkdirSync(this.base, { recursive: true, mode: 0o700 });
      if (!isMine(this.base)) throw new Error("it belongs to another user");
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      append();
    };
    // The engine ends its processes with a signal, so their files stay: the next process removes them.
    if (this.shared.size === 0) sweep(this.base);
    else if (attempt(append)) return true;
    // Another process may remove the folder while it is still empty.
    return attempt(anew) || attempt(anew) || attempt(anew);
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

function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
