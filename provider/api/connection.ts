import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";

/** Where a request travels, and whether it can have left this machine. */
export interface Connection {
  readonly agent: http.Agent;
  /** False as long as no connection stands: what fails until then was provably not sent. */
  mayHaveSent(): boolean;
}

const keepAlive = { keepAlive: true, maxSockets: 16, scheduling: "lifo" } as const;
const shared = { "http:": new http.Agent(keepAlive), "https:": new https.Agent(keepAlive) };

/** A kept-alive connection, for requests that can be repeated. */
export function sharedConnection(url: URL): Connection {
  return { agent: url.protocol === "https:" ? shared["https:"] : shared["http:"], mayHaveSent: () => true };
}

type CreateConnection = (options: object, callback?: (error: Error | null, socket: Duplex) => void) => Duplex;

/** A new connection, for what must not be repeated: a stale kept-alive one would look like a lost answer. */
export function freshConnection(url: URL): Connection {
  const secure = url.protocol === "https:";
  const agent = secure ? new https.Agent({ keepAlive: false }) : new http.Agent({ keepAlive: false });
  let connected = false;
  const observed = agent as unknown as { createConnection: CreateConnection };
  const connect = observed.createConnection.bind(agent);
  observed.createConnection = (options, callback) =>
    connect(options, callback).once(secure ? "secureConnect" : "connect", () => {
      connected = true;
    });
  return { agent, mayHaveSent: () => connected };
}
