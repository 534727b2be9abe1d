import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process as a later run recognises it: numbers are used again, but not with the same start. */
export interface ProcessRecord {
  readonly pid: number;
  readonly started: string;
}

const goneWithinMs = 10_000;

/** What to write down of a live process. */
export function recordOf(pid: number): ProcessRecord {
  return { pid, started: startOf(pid) ?? "" };
}

export function writeRecords(file: string, records: readonly ProcessRecord[]): void {
  writeFileSync(file, JSON.stringify(records), { mode: 0o600 });
}

/** The records of a file; none when it is not there or cannot be read. */
export function readRecords(file: string): ProcessRecord[] {
  try {
    const records: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(records) ? records.filter(isRecord) : [];
  } catch {
    return [];
  }
}

/** A number below 2 would mean a whole group of processes, or all of them. */
function isRecord(value: unknown): value is ProcessRecord {
  const { pid, started } = (value ?? {}) as Partial<Record<keyof ProcessRecord, unknown>>;
  return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof started === "string" && started !== "";
}

/** Whether the very process that was recorded lives. */
export function lives({ pid, started }: ProcessRecord): boolean {
  const now = startOf(pid);
  return now !== undefined && now === started;
}

/** Ends those of the recorded processes that still live, and waits until they are gone; tells how many there were. */
export async function endStrays(records: readonly ProcessRecord[]): Promise<number> {
  const strays = records.filter(lives);
  for (const { pid } of strays) process.kill(pid, "SIGKILL");
  for (const stray of strays) {
    for (let waited = 0; lives(stray); waited += 50) {
      if (waited > goneWithinMs) throw new Error(`process ${stray.pid} of an earlier run cannot be ended`);
      await sleep(50);
    }
  }
  return strays.length;
}

/** When a process was started, in the system's own words; undefined when there is none. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform !== "linux")
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program may hold spaces; what follows its parenthesis does not.
    const [state, ...fields] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
