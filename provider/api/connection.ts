import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How a request is sent, and whether it can have left this machine. */
export interface Connection {
  readonly agent: http.Agent;
  /** Whether the request may have been sent before it failed with this error. */
  mayHaveSent(cause: unknown): boolean;
  /** Host and port of the proxy, if there is one. */
  readonly proxy?: string;
  /** The HTTP status with which the proxy refused to connect. */
  readonly refusal?: () => number | undefined;
}

/**
 * How many idle connections are kept, enough for 64 backends that are awaited at once. Without a limit, a run keeps one for each backend
 * that it has ever asked.
 */
const mostIdle = 80;

const keepAlive = { keepAlive: true, maxSockets: 16, scheduling: "lifo" } as const;
const shared = {
  "http:": withFewIdle(new http.Agent(keepAlive)),
  "https:": withFewIdle(new https.Agent(keepAlive)),
};

/** Closes the oldest idle connection when there would be too many. */
function withFewIdle<T extends http.Agent>(agent: T): T {
  const keepAsNode = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean;
  agent.keepSocketAlive = (socket): boolean => {
    closeOneOfMany(agent);
    return keepAsNode(socket);
  };
  return agent;
}

/** Closes the first idle connection if there are too many. It looks after every request, so it collects nothing. */
function closeOneOfMany({ freeSockets }: http.Agent): void {
  let oldest: Socket | undefined;
  let count = 0;
  for (const host in freeSockets)
    for (const socket of freeSockets[host] ?? [])
      if (!socket.destroyed) {
        oldest ??= socket;
        count += 1;
      }
  if (count >= mostIdle) oldest?.destroy();
}

/** A kept-alive connection, for requests that may be repeated. */
export function sharedConnection(url: URL): Connection {
  return {
    agent: url.protocol === "https:" ? shared["https:"] : shared["http:"],
    mayHaveSent: (cause) => !isConnectFailure(cause),
  };
}

type CreateConnection = (options: object, callback?: (error: Error | null, socket: Duplex) => void) => Duplex;

/**
 * A new connection, for requests that must not be repeated: a kept-alive one that the server has closed would look like a lost answer. It
 * observes whether the connection was made, because the code of an error does not tell: TLS can fail with the same code after the request.
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

/** Whether the error proves that no connection was made. A kept-alive connection has no other sign of it. */
function isConnectFailure(cause: unknown): boolean {
  const { code, erroredSysCall } = cause as { code?: unknown; erroredSysCall?: unknown };
  if (erroredSysCall === "connect" || erroredSysCall === "getaddrinfo") return true;
  return (
    typeof code === "string" &&
    /^(ENOTFOUND|EAI_|ECONNREFUSED|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|EPROTO)/.test(code)
  );
}
