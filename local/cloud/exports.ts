import { randomBytes } from "node:crypto";
import type { Engine, ExportedFile } from "../engines/engine";

/** The files and addresses of so many exports of a backend are kept; those of the oldest go. */
const exportsKept = 50;

/** The exports of one backend, by the paths of their files. */
export class Exports {
  private made: ReadonlyMap<string, ExportedFile>[] = [];
  private last: Promise<unknown> = Promise.resolve();

  /** Makes one; gives the paths of its files, each with a token of its own. */
  make(engine: Engine): Promise<string[]> {
    // One at a time: what is new in a folder belongs to one.
    const paths = this.last.then(async () => this.keep(await engine.export(exportsKept)));
    this.last = paths.catch(() => undefined);
    return paths;
  }

  find(path: string): ExportedFile | undefined {
    return this.made.find((files) => files.has(path))?.get(path);
  }

  private keep(files: readonly ExportedFile[]): string[] {
    const byPath = new Map(files.map((file) => [`/export/${randomBytes(16).toString("hex")}/${file.name}`, file]));
    this.made = [...this.made, byPath].slice(-exportsKept);
    return [...byPath.keys()];
  }
}
