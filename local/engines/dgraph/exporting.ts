import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ExportedFile } from "../engine";
import type { Alpha } from "./alpha";

const mutation = 'mutation { export(input: { format: "json" }) { taskId } }';

/** Exports data and schemas into a new folder; gives its files. */
export async function exportFiles(alpha: Alpha, folder: string): Promise<ExportedFile[]> {
  const before = new Set(await readdir(folder));
  const { export: started } = await alpha.admin<{ export: { taskId: string } }>(mutation);
  await alpha.taskDone(started.taskId);
  const made = (await readdir(folder)).filter((name) => !before.has(name));
  const files = await Promise.all(
    made.map(async (name) => (await readdir(join(folder, name))).map((file) => ({ folder: name, name: file }))),
  );
  return files.flat().map((file) => ({
    name: file.name,
    open: () => createReadStream(join(folder, file.folder, file.name)),
  }));
}
