import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";

/** Where a request travels, and whether it can have left this machine. */
export interface Connection {
  readonly agent: http.Agent;
  /** Whether the request may have been sent, although it failed with this. */
  mayHaveSent(cause: unknown): boolean;
  /** Host and port of the proxy on the way. */
  readonly proxy?: string;
  /** The HTTP status with which the proxy refused to connect. */
  readonly refusal?: () => number | undefined;
}

const keepAlive = { keepAlive: true, maxSockets: 16, scheduling: "lifo" } as const;
const shared = { "http:": new http.Agent(keepAlive), "https:": new https.Agent(keepAlive) };

/** A kept-alive connection, for requests that can be repeated. */
export function sharedConnection(url: URL): Connection {
  return {
    agent: url.protocol === "https:" ? shared["https:"] : shared["http:"],
    mayHaveSent: (cause) => !isConnectFailure(cause),
  };
}

type CreateConnection = (options: object, callback?: (error: Error | null, socket: Duplex) => void) => Duplex;

/**
 * A new connection, for what must not be repeated: a stale kept-alive one would look like a lost answer. The code of an error proves
 * nothing once it stood: TLS can break with the same one behind the request.
 */
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

/** A kept-alive connection does not tell whether it stood; the error of one that never did. */
function isConnectFailure(cause: unknown): boolean {
  const { code, erroredSysCall } = cause as { code?: unknown; erroredSysCall?: unknown };
  if (erroredSysCall === "connect" || erroredSysCall === "getaddrinfo") return true;
  return (
    typeof code === "string" &&
    /^(ENOTFOUND|EAI_|ECONNREFUSED|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|EPROTO)/.test(code)
  );
}
