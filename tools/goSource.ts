import { copyFile, readFile, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** A place in the sources of a Go module that is built otherwise. */
export interface SourceChange {
  /** Path of the module. */
  readonly module: string;
  readonly file: string;
  /** What stands there, once. */
  readonly from: string;
  readonly to: string;
}

export interface ChangedSource {
  readonly change: SourceChange;
  /** Folder of the go.mod that pins the module. */
  readonly module: string;
  /** Where Go keeps the module's sources, which are not touched. */
  readonly source: string;
  /** An empty folder for what the build needs. */
  readonly folder: string;
}

/** The flags with which Go builds a module with a change. */
export async function changedSource({ change, module, source, folder }: ChangedSource): Promise<string[]> {
  const text = await readFile(join(source, change.file), "utf8");
  if (text.split(change.from).length !== 2) throw new Error(`${change.file} of ${change.module} is not as it was`);
  const changed = join(folder, basename(change.file));
  await writeFile(
    changed,
    text.replace(change.from, () => change.to),
  );
  // Go lets nothing in its own cache be overlaid: by a link it is somewhere else.
  const elsewhere = join(folder, "module");
  await symlink(source, elsewhere);
  const pins = await readFile(join(module, "go.mod"), "utf8");
  await writeFile(join(folder, "go.mod"), `${pins}\nreplace ${change.module} => ${JSON.stringify(elsewhere)}\n`);
  await copyFile(join(module, "go.sum"), join(folder, "go.sum"));
  const overlay = join(folder, "overlay.json");
  await writeFile(overlay, JSON.stringify({ Replace: { [join(elsewhere, change.file)]: changed } }));
  return ["-modfile", join(folder, "go.mod"), "-overlay", overlay];
}
