import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** What one process of a run tells the others about a backend, under its uid or under the URN of its resource. */
export type Fact =
  /** The program declares it, so this run is no destroy, or leaves the backend alone. */
  | "declared"
  /** It was created in this run, so it holds no earlier data. */
  | "created"
  /** Its state says, or is going to say, that it must not be deleted. */
  | "protected";

/** A line of the file of a process. */
export type Line =
  | readonly [endpoint: string, uid: string, incarnation: string, isLive: boolean]
  | readonly [endpoint: string, key: string, fact: Fact];

/**
 * The file of another process. It only grows, so only what is new in it is read: otherwise each of 1,000 deletes would read the lines of
 * all 1,000 resources.
 */
export class SiblingFile {
  /** Tells the file from a later one of the same name. */
  private identity = "";
  private bytesRead = 0;
  /** The beginning of a line that is not complete yet. */
  private rest = Buffer.alloc(0);
  private readonly facts = new Set<string>();
  private readonly live = new Map<string, Set<string>>();

  constructor(private readonly path: string) {}

  incarnationsOf(endpoint: string, uid: string): readonly string[] {
    return [...(this.live.get(JSON.stringify([endpoint, uid])) ?? [])];
  }

  hasFact(...line: [endpoint: string, key: string, fact: Fact]): boolean {
    return this.facts.has(JSON.stringify(line));
  }

  /** Reads what was written since the last time. A file that cannot be read has nothing new. */
  read(): void {
    attempt(() => {
      const file = openSync(this.path, "r");
      try {
        this.readFrom(file);
      } finally {
        closeSync(file);
      }
    });
  }

  private readFrom(file: number): void {
    const { ino, birthtimeMs, size } = fstatSync(file);
    const identity = `${ino} ${birthtimeMs}`;
    // A later process with the same id has begun a new file.
    if (identity !== this.identity || size < this.bytesRead) this.startAnew(identity);
    if (size === this.bytesRead) return;
    const added = Buffer.alloc(size - this.bytesRead);
    const length = readSync(file, added, 0, added.length, this.bytesRead);
    this.bytesRead += length;
    const text = Buffer.concat([this.rest, added.subarray(0, length)]);
    this.rest = text.subarray(text.lastIndexOf("\n") + 1);
    for (const line of text.toString("utf8").split("\n")) {
      // A full disk may have cut off one line; the others count all the same.
      attempt(() => {
        this.record(JSON.parse(line) as Line);
      });
    }
  }

  private startAnew(identity: string): void {
    this.identity = identity;
    this.bytesRead = 0;
    this.rest = Buffer.alloc(0);
    this.facts.clear();
    this.live.clear();
  }

  private record(line: Line): void {
    const [endpoint, uid, incarnation, isLive] = line;
    if (isLive === undefined) {
      this.facts.add(JSON.stringify(line));
      return;
    }
    const key = JSON.stringify([endpoint, uid]);
    const incarnations = this.live.get(key) ?? new Set();
    this.live.set(key, incarnations);
    if (isLive) incarnations.add(incarnation);
    else incarnations.delete(incarnation);
  }
}

/** Whether it succeeded. A failure means only that less is shared between the processes. */
export function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
