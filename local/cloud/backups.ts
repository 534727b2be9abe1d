import type { Backup } from "./engine";

/** The folder of a new series: year and week, with a number when that name is in use. */
export function newFolder(at: number, backups: readonly Backup[]): string {
  const date = new Date(at);
  const week = Math.ceil(
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 0)) /
      604_800_000,
  );
  const base = `${date.getUTCFullYear()}-${week}`;
  const used = new Set(backups.map(({ folder }) => folder));
  let folder = base;
  for (let count = 2; used.has(folder); count++) folder = `${base}-${count}`;
  return folder;
}

/** Backups grouped by series, the oldest first. */
export function seriesOf(backups: readonly Backup[]): Backup[][] {
  const folders = [...new Set(backups.map(({ folder }) => folder))];
  return folders.map((folder) => backups.filter((backup) => backup.folder === folder));
}

/** The backup that a restore names: an empty folder means the latest folder, and number 0 the last backup in it. */
export function findBackup(backups: readonly Backup[], folder: string, backupNum: number): Backup | undefined {
  const named = folder === "" ? backups.at(-1)?.folder : folder;
  const series = backups.filter((backup) => backup.folder === named);
  return backupNum === 0 ? series.at(-1) : series.find((backup) => backup.backupNum === backupNum);
}
