import { readdirSync, readFileSync } from "node:fs";

/** The numbers of the lambda processes on this machine whose parent is, or was, a process. */
export function lambdasOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        // What follows the fifteenth character, Linux cuts off.
        const isLambda = /^Name:\s+dgraphcloud-lam/m.test(status) && !/^State:\s+Z/m.test(status);
        return isLambda && Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === parent ? [Number(pid)] : [];
      } catch {
        // It has ended since.
        return [];
      }
    });
}

/** The lambdas that this process has started and that still run. */
export function lambdasOfThisProcess(): number[] {
  return lambdasOf(process.pid);
}
