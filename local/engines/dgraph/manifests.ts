import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Backup } from "../../cloud/engine";

interface Manifest {
  readonly Manifests?: readonly {
    readonly type: "full" | "incremental";
    readonly backup_num: number;
    readonly path: string;
  }[];
}

/** The backups in a folder, which has a folder for each series. The oldest comes first. */
export async function readBackups(folder: string): Promise<Backup[]> {
  const names = await readdir(folder).catch(() => []);
  const series = await Promise.all(names.map((name) => readSeries(folder, name)));
  return series.sort((one, other) => (one.since < other.since ? -1 : 1)).flatMap(({ entries }) => entries);
}

async function readSeries(parent: string, folder: string): Promise<{ since: string; entries: Backup[] }> {
  const file = join(parent, folder, "manifest.json");
  try {
    const { Manifests = [] } = JSON.parse(await readFile(file, "utf8")) as Manifest;
    const entries = Manifests.map(({ type, backup_num, path }) => ({
      type,
      backupNum: backup_num,
      folder,
      timestamp: timestampOf(path),
    }));
    // The paths sort by time.
    return { since: Manifests[0]?.path ?? "", entries };
  } catch {
    // A series whose first backup is still being written has no manifest yet.
    return { since: "", entries: [] };
  }
}

/** "dgraph.20261123.133627.554" as "2026-11-23T13:36:27+0000". */
function timestampOf(path: string): string {
  const [, year, month, day, hour, minute, second] = /(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d)/.exec(path) ?? [];
  return `${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}+0000`;
}
