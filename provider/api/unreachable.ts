import { isLoopback } from "../config";
import { NotSentError, type RequestSite } from "../errors";

interface Address {
  readonly url: URL;
  /** Whether it is that of the endpoint setting. */
  readonly isEndpoint?: boolean | undefined;
}

/** The failure of a request that found no connection, with what it tells of the address. */
export function notSent(site: RequestSite, address: Address, cause: unknown): Error {
  const { url, isEndpoint = false } = address;
  const { code } = cause as { code?: unknown };
  const isClosed = code === "ECONNREFUSED" && isLoopback(url.hostname);
  // The name of a new backend may not be known everywhere yet. EAI_AGAIN says nothing of any name: no name server answered.
  if (!isEndpoint) return new NotSentError(site, cause, { isBackendClosed: isClosed });
  if (isClosed) return new NotSentError(site, cause, { isHopeless: true, next: isItRunning });
  if (code === "ENOTFOUND") return new NotSentError(site, cause, { isHopeless: true, next: isItSpelt });
  return new NotSentError(site, cause);
}

const isItRunning =
  "Is the local cloud running, and on this port? Start it (npx dgraphcloud-local), or correct the endpoint setting " +
  "(dgraphcloud:endpoint or DGRAPHCLOUD_ENDPOINT), then run the command again.";

const isItSpelt =
  "Is the endpoint spelt right, and is this machine online? Correct the endpoint setting " +
  "(dgraphcloud:endpoint or DGRAPHCLOUD_ENDPOINT), then run the command again.";
