import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpError } from "./httpError";

/**
 * Refuses requests that a web page could make a browser send: a foreign Origin, a cross-site fetch, or a host name that was
 * pointed at 127.0.0.1 (DNS rebinding). Listening on loopback does not protect the tokens of the local cloud from a browser
 * on the same machine. Programs send none of these headers.
 */
export function refuseForeignSites(request: IncomingMessage, response: ServerResponse): void {
  // Keeps browsers from guessing a content type, from caching an answer that holds a token, and from embedding it in a page.
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cache-control", "no-store");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  const { host = "", origin, "sec-fetch-site": site = "none" } = request.headers;
  const port = String(request.socket.localPort ?? "");
  // Clients omit port 80.
  const hosts = ["127.0.0.1", "localhost"].flatMap((name) => [`${name}:${port}`, ...(port === "80" ? [name] : [])]);
  if (!hosts.includes(host)) {
    throw new HttpError(403, "the local cloud answers requests to 127.0.0.1 and localhost only");
  }
  const own = (origin === undefined || origin === `http://${host}`) && (site === "none" || site === "same-origin");
  if (!own) throw new HttpError(403, "the local cloud does not answer requests from other sites");
}
