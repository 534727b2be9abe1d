import { type ChildProcess, execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { sep } from "node:path";

/** Commands of a process that runs resources of this package: the engine's host of dynamic providers, or the plugin. */
export const providerCommand = /cmd[\\/]dynamic-provider|pulumi-resource-dgraphcloud/;

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process below another one: its children, their children, and so on. */
export function descendants(pid: number): ProcessEntry[] {
  const all = execFileSync("ps", ["-Ao", "pid=,ppid=,command="], { encoding: "utf8" })
    .split("\n")
    .flatMap((line): ProcessEntry[] => {
      const [, own, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return own === undefined ? [] : [{ pid: Number(own), parent: Number(parent), command: command ?? "" }];
    });
  const below = (parent: number): ProcessEntry[] =>
    all.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...below(entry.pid)]);
  return below(pid);
}

/** Sends a signal to a process. A process that has already ended is no error. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Sends a signal to a process and to all its descendants. */
export function killTree(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  for (const pid of [child.pid, ...descendants(child.pid).map(({ pid: one }) => one)]) kill(pid, signal);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The command lines of all processes on this machine. */
export function commandLines(): string[] {
  if (!existsSync("/proc/self/cmdline"))
    return execFileSync("ps", ["-Ao", "command="], { encoding: "utf8" }).split("\n");
  return inProc((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0/g, " "));
}

/** Provider processes whose environment contains a text. Without `/proc` the environment cannot be read, so the list is empty. */
export function providersWith(text: string): number[] {
  if (!existsSync("/proc/self/environ")) return [];
  return inProc((pid) => {
    const [command, environment] = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
    return providerCommand.test(command ?? "") && environment?.includes(text) === true ? pid : undefined;
  });
}

/** Databases that run in a folder, whichever process started them. */
export function databasesIn(folder: string): number[] {
  return databases()
    .filter((running) => running.folder.startsWith(folder + sep))
    .map(({ pid }) => pid);
}

/** Databases that this process started and that still run. */
export function databasesOfThisProcess(): number[] {
  return databases()
    .filter(({ parent }) => parent === process.pid)
    .map(({ pid }) => pid);
}

interface Database {
  readonly pid: number;
  readonly parent: number;
  /** Its working directory, which is the folder of its backend. */
  readonly folder: string;
}

/** All Dgraph processes on this machine, also those that no test started. */
function databases(): Database[] {
  return inProc((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    if (!/^Name:\s+dgraph$/m.test(status) || /^State:\s+Z/m.test(status)) return undefined;
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
    return { pid, parent, folder: readlinkSync(`/proc/${pid}/cwd`) };
  });
}

/** Reads something of every process. A process that has ended meanwhile, or that belongs to another user, is left out. */
function inProc<T>(read: (pid: number) => T | undefined): T[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const found = read(Number(name));
        return found === undefined ? [] : [found];
      } catch {
        return [];
      }
    });
}
