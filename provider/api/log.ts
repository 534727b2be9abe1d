import type { RequestSite } from "../errors/requestErrors";

let write = (line: string): void => {
  console.error(line);
};

/** Writes the lines elsewhere than to standard error, which the engine shows for a dynamic provider and hides for a plugin. */
export function logTo(target: (line: string) => void): void {
  write = target;
}

/**
 * With DGRAPHCLOUD_LOG=debug, writes one line for each request: operation, host, how it ended, how long it took. It contains no header,
 * variable or body, so it can be shown to others.
 */
export function logRequest({ operation, host }: RequestSite, ended: string, startedAt: number): void {
  if (process.env["DGRAPHCLOUD_LOG"] !== "debug") return;
  write(`dgraphcloud: ${operation} at ${host}: ${ended}, ${Math.round(performance.now() - startedAt)} ms`);
}
