import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { HttpProblem } from "./request";

/** Half-open and trickling clients must not hold what the honest ones need. A large upload to a real database may take its time. */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};

/** Far more than a program and its provider open at a time. */
const maxConnections = 512;

export function guardedServer(listener: RequestListener): Server {
  const server = createServer(limits, listener);
  server.maxConnections = maxConnections;
  return server;
}

/**
 * Refuses what a web page in a browser could send: another site's origin, or a name that was made to point here. The local
 * cloud holds tokens, and loopback is no protection against a browser on the same machine. Programs send none of these headers.
 */
export function refuseForeign(request: IncomingMessage, response: ServerResponse): void {
  // A browser must neither guess a type, nor keep an answer with a token, nor show one inside another page.
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cache-control", "no-store");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  const { host = "", origin, "sec-fetch-site": site = "none" } = request.headers;
  const port = String(request.socket.localPort ?? "");
  // Clients leave the port of HTTP out.
  const hosts = ["127.0.0.1", "localhost"].flatMap((name) => [`${name}:${port}`, ...(port === "80" ? [name] : [])]);
  if (!hosts.includes(host)) {
    throw new HttpProblem(403, "the local cloud answers requests to 127.0.0.1 and localhost only");
  }
  const own = (origin === undefined || origin === `http://${host}`) && (site === "none" || site === "same-origin");
  if (!own) throw new HttpProblem(403, "the local cloud answers no requests of other sites");
}
