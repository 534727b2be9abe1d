import { readdirSync, readFileSync } from "node:fs";

/** The ids of the lambda processes on this machine whose parent is the given process. */
export function lambdasOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        // Linux cuts the name after 15 characters.
        const isLambda = /^Name:\s+dgraphcloud-lam/m.test(status) && !/^State:\s+Z/m.test(status);
        return isLambda && Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === parent ? [Number(pid)] : [];
      } catch {
        // The process has ended since.
        return [];
      }
    });
}

/** The ids of the running lambda processes that this process has started. */
export function lambdasOfThisProcess(): number[] {
  return lambdasOf(process.pid);
}
