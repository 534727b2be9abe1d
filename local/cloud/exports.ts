import { randomBytes } from "node:crypto";
import type { Engine, ExportedFile } from "./engine";

/** How many exports of a backend are kept, with their files and addresses. */
const maxExports = 50;

/** The exports of one backend. */
export class Exports {
  /** For each export, its files by their paths. */
  private kept: ReadonlyMap<string, ExportedFile>[] = [];
  private last: Promise<unknown> = Promise.resolve();

  /** Makes an export. Returns the paths of its files, each with a random token. */
  create(engine: Engine): Promise<string[]> {
    // One at a time: an engine recognises the files of an export as those that are new in its folder.
    const paths = this.last.then(async () => this.keep(await engine.export(maxExports)));
    this.last = paths.catch(() => undefined);
    return paths;
  }

  find(path: string): ExportedFile | undefined {
    return this.kept.find((files) => files.has(path))?.get(path);
  }

  private keep(files: readonly ExportedFile[]): string[] {
    const byPath = new Map(files.map((file) => [`/export/${randomBytes(16).toString("hex")}/${file.name}`, file]));
    this.kept = [...this.kept, byPath].slice(-maxExports);
    return [...byPath.keys()];
  }
}
