import { isLoopback } from "./loopback";
import { RefusedError } from "../errors/errors";
import { NotSentError, type RequestSite } from "../errors/requestErrors";
import type { Connection } from "./connection";

interface Address extends Partial<Pick<Connection, "proxy" | "refusal">> {
  readonly url: URL;
  /** Whether it is the address of the endpoint setting. */
  readonly isEndpoint?: boolean | undefined;
}

/** The failure of a request for which no connection was made, with advice that fits the address. */
export function notSent(site: RequestSite, address: Address, cause: unknown): Error {
  const { url, isEndpoint = false, proxy } = address;
  if (proxy !== undefined) return notSentThrough(proxy, site, address, cause);
  const { code } = cause as { code?: unknown };
  // An Alpha that restarts refuses connections for a while.
  if (site.isCluster === true) return new NotSentError(site, cause, { isHopeless: code === "ENOTFOUND" });
  const isClosed = code === "ECONNREFUSED" && isLoopback(url.hostname);
  // The name of a new backend may not be known everywhere yet, so ENOTFOUND does not mean a wrong address. Nor does EAI_AGAIN for any
  // name: no name server answered.
  if (!isEndpoint) return new NotSentError(site, cause, { isBackendClosed: isClosed });
  if (isClosed) return new NotSentError(site, cause, { isHopeless: true, next: checkLocalCloud });
  if (code === "ENOTFOUND") return new NotSentError(site, cause, { isHopeless: true, next: checkSpelling });
  return new NotSentError(site, cause);
}

const checkLocalCloud =
  "Is the local cloud running, and on this port? Start it (npx dgraphcloud-local), or correct the endpoint setting " +
  "(dgraphcloud:endpoint or DGRAPHCLOUD_ENDPOINT), then run the command again.";

const checkSpelling =
  "Is the endpoint spelt right, and is this machine online? Correct the endpoint setting " +
  "(dgraphcloud:endpoint or DGRAPHCLOUD_ENDPOINT), then run the command again.";

function notSentThrough(proxy: string, site: RequestSite, { url, refusal }: Address, cause: unknown): Error {
  const status = refusal?.();
  if (status !== undefined && isFinal(status)) return refusedByProxy(proxy, site, url, status);
  const { code } = cause as { code?: unknown };
  // These errors are about the proxy's own address, because the proxy looks up the service's name.
  const isHopeless =
    code === "ENOTFOUND" || (code === "ECONNREFUSED" && isLoopback(new URL(`http://${proxy}`).hostname));
  const next = isHopeless
    ? `Is the proxy running, and is its address right? Correct HTTPS_PROXY, or list ${url.hostname} in NO_PROXY, then run the command again.`
    : `Check the network and the proxy (HTTPS_PROXY), or list ${url.hostname} in NO_PROXY, then run the command again.`;
  return new NotSentError(site, cause, { through: proxy, isHopeless, next });
}

/** Whether the proxy refused by its rules, and so would refuse again. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function refusedByProxy(proxy: string, { operation, host }: RequestSite, url: URL, status: number): Error {
  const wantsLogin = status === 407;
  return new RefusedError({
    code: "DGC211",
    why:
      `${operation} at ${host} was not sent: the proxy ${proxy} refused to connect ` +
      `(HTTP ${status}${wantsLogin ? ": it wants a user name and a password" : ""}).`,
    next: wantsLogin
      ? "Set HTTPS_PROXY to an address with both, like http://USER:PASSWORD@HOST:PORT, then run the command again."
      : `Ask whoever runs the proxy to allow ${url.hostname}, or list it in NO_PROXY, then run the command again.`,
  });
}
