import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Identifies a process for a later run: its id may be reused, but not together with its start time. */
export interface ProcessRecord {
  readonly pid: number;
  readonly started: string;
}

const endsWithinMs = 10_000;

/** The record of a running process. */
export function recordOf(pid: number): ProcessRecord {
  return { pid, started: startOf(pid) ?? "" };
}

export function writeRecords(file: string, records: readonly ProcessRecord[]): void {
  writeFileSync(file, JSON.stringify(records), { mode: 0o600 });
}

/** Reads records from a file. Returns none when the file is missing or cannot be read. */
export function readRecords(file: string): ProcessRecord[] {
  try {
    const records: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(records) ? records.filter(isRecord) : [];
  } catch {
    return [];
  }
}

/** Ids below 2 are refused: a signal to one of them would reach a group of processes, or all of them. */
function isRecord(value: unknown): value is ProcessRecord {
  const { pid, started } = (value ?? {}) as Partial<Record<keyof ProcessRecord, unknown>>;
  return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof started === "string" && started !== "";
}

/** Whether the recorded process is still running. */
export function isAlive({ pid, started }: ProcessRecord): boolean {
  const start = startOf(pid);
  return start !== undefined && start === started;
}

/** Kills the recorded processes that are still running, and waits until they have ended. Returns how many there were. */
export async function killOrphans(records: readonly ProcessRecord[]): Promise<number> {
  const orphans = records.filter(isAlive);
  for (const { pid } of orphans) process.kill(pid, "SIGKILL");
  for (const orphan of orphans) {
    for (let waited = 0; isAlive(orphan); waited += 50) {
      if (waited > endsWithinMs)
        throw new Error(
          `process ${orphan.pid} of an earlier run cannot be killed: end it, and start the local cloud again`,
        );
      await sleep(50);
    }
  }
  return orphans.length;
}

/** When a process was started, in the format of the system; undefined when there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform !== "linux")
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Only the name of the program, in parentheses, may contain spaces.
    const [state, ...fields] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
