import { backendUrl } from "../config";
import { probe } from "./transport";

const probeTimeoutMs = 30_000;

/** The HTTP status with which a backend answers OPTIONS /graphql: 200 once it is ready. Needs no token. */
export function readiness(endpoint: URL, host: string, signal: AbortSignal): Promise<number> {
  return probe({
    url: backendUrl(endpoint, host, "/graphql"),
    operation: "OPTIONS /graphql",
    timeoutMs: probeTimeoutMs,
    signal,
  });
}
