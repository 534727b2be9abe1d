import type { RequestSite } from "../errors/requestErrors";

/**
 * With DGRAPHCLOUD_LOG=debug, writes one line for each request to standard error: operation, host, how it ended, how long it took. It
 * contains no header, variable or body, so it can be shown to others.
 */
export function logRequest({ operation, host }: RequestSite, ended: string, startedAt: number): void {
  if (process.env["DGRAPHCLOUD_LOG"] !== "debug") return;
  console.error(`dgraphcloud: ${operation} at ${host}: ${ended}, ${Math.round(performance.now() - startedAt)} ms`);
}
