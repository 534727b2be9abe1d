import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { ExportedFile } from "../../cloud/engine";
import type { Alpha } from "./alpha";

const mutation = 'mutation { export(input: { format: "json" }) { taskId } }';

/** Exports data and schemas into a new folder, and removes older exports until `kept` are left. Returns the new files. */
export async function exportFiles(alpha: Alpha, folder: string, kept: number): Promise<ExportedFile[]> {
  const before = new Set(await readdir(folder));
  const { export: started } = await alpha.admin<{ export: { taskId: string } }>(mutation);
  await alpha.taskDone(started.taskId);
  const created = (await readdir(folder)).filter((name) => !before.has(name));
  const files = await Promise.all(
    created.map(async (name) => (await readdir(join(folder, name))).map((file) => ({ folder: name, name: file }))),
  );
  await removeOlder(folder, kept);
  return files.flat().map((file) => ({
    name: file.name,
    open: () => opened(join(folder, file.folder, file.name)),
  }));
}

async function opened(file: string): Promise<Readable | undefined> {
  return open(file).then(
    (handle) => handle.createReadStream(),
    () => undefined,
  );
}

/** The exports of earlier runs are removed too. */
async function removeOlder(folder: string, kept: number): Promise<void> {
  const exports = await readdir(folder, { withFileTypes: true });
  const ours = exports.filter((entry) => entry.isDirectory() && orderOf(entry.name) !== undefined);
  const oldestFirst = ours.sort((one, other) => (orderOf(one.name) ?? 0) - (orderOf(other.name) ?? 0));
  for (const { name } of oldestFirst.slice(0, -kept)) await rm(join(folder, name), { recursive: true, force: true });
}

/** The timestamp in the folder name of an export, such as 42 in "dgraph.r42.u1123.1336". It grows from export to export. */
function orderOf(name: string): number | undefined {
  const [, timestamp] = /^dgraph\.r(\d+)\.u/.exec(name) ?? [];
  return timestamp === undefined ? undefined : Number(timestamp);
}
