import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Half-open and slow clients must not use up the connections. Large uploads to a real database need the longer limit. */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};

/** Far more connections than a program and its provider open at a time. */
const maxConnections = 512;

/** A server with limits on headers, times and connections. */
export function limitedServer(listener: RequestListener): Server {
  const server = createServer(limits, listener);
  server.maxConnections = maxConnections;
  return server;
}

/** Listens on a port of 127.0.0.1; 0 takes a free one. Returns the port; rejects when it is taken. */
export async function listenOnLoopback(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Stops listening and cuts the connections that are open. */
export function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections();
}
