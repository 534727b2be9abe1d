import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Backup } from "../engine";

/** A backup as Dgraph's manifest tells it. */
export interface ManifestEntry extends Backup {
  /** The predicates it holds. */
  readonly predicates: readonly string[];
}

interface Manifest {
  readonly Manifests?: readonly {
    readonly type: "full" | "incremental";
    readonly backup_num: number;
    readonly path: string;
    readonly groups?: Readonly<Record<string, readonly string[]>>;
  }[];
}

/** The backups in a folder with a folder for each series, the oldest first. */
export async function readBackups(folder: string): Promise<ManifestEntry[]> {
  const names = await readdir(folder).catch(() => []);
  const series = await Promise.all(names.map((name) => readSeries(folder, name)));
  return series.sort((one, other) => (one.since < other.since ? -1 : 1)).flatMap(({ entries }) => entries);
}

/** One backup with its predicates; one that is gone since it was listed holds nothing. */
export async function findEntry(folder: string, backup: Backup): Promise<ManifestEntry> {
  const found = (await readBackups(folder)).find(
    (entry) => entry.folder === backup.folder && entry.backupNum === backup.backupNum,
  );
  return found ?? { ...backup, predicates: [] };
}

async function readSeries(parent: string, folder: string): Promise<{ since: string; entries: ManifestEntry[] }> {
  const file = join(parent, folder, "manifest.json");
  try {
    const { Manifests = [] } = JSON.parse(await readFile(file, "utf8")) as Manifest;
    const entries = Manifests.map(({ type, backup_num, path, groups = {} }) => ({
      type,
      backupNum: backup_num,
      folder,
      timestamp: timestampOf(path),
      predicates: Object.values(groups).flat(),
    }));
    // The paths begin with the time.
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
