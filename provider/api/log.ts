import type { RequestSite } from "../errors/requestErrors";

/**
 * With DGRAPHCLOUD_LOG=debug, one line a request on standard error: what was asked of whom, how it ended, how long it took.
 * Never a header, a variable or a body, so that it can be shown to others.
 */
export function logRequest({ operation, host }: RequestSite, ended: string, startedAt: number): void {
  if (process.env["DGRAPHCLOUD_LOG"] !== "debug") return;
  console.error(`dgraphcloud: ${operation} at ${host}: ${ended}, ${Math.round(performance.now() - startedAt)} ms`);
}
