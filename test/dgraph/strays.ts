import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { sep } from "node:path";

interface Running {
  readonly pid: number;
  readonly parent: number;
  /** The folder it is in: that of its backend. */
  readonly folder: string;
}

/** The databases that run on this machine, other people's too. */
function databases(): Running[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        if (!/^Name:\s+dgraph$/m.test(status) || /^State:\s+Z/m.test(status)) return [];
        const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
        return [{ pid: Number(pid), parent, folder: readlinkSync(`/proc/${pid}/cwd`) }];
      } catch {
        // It has ended since.
        return [];
      }
    });
}

/** The databases that run in a folder, whoever has started them. */
export function databasesIn(folder: string): number[] {
  return databases()
    .filter((running) => running.folder.startsWith(folder + sep))
    .map(({ pid }) => pid);
}

/** The databases that this process has started and that still run. */
export function databasesOfThisProcess(): number[] {
  return databases()
    .filter(({ parent }) => parent === process.pid)
    .map(({ pid }) => pid);
}
