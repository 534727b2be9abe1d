import http, { type ClientRequest } from "node:http";
import https from "node:https";
import net, { type Socket } from "node:net";

// A port that systems never assign automatically. A port that was free a moment ago may be in use by now.
const closedPort = 1;

/** A failure before the request leaves the machine. */
export type NetworkFailure = "refused" | "dns" | "tls";

type Options = Record<string, unknown> & { host?: string; hostname?: string; port?: number };
type Chunk = string | Uint8Array | undefined;
interface Internals {
  addRequest: (request: ClientRequest, options: Options) => void;
}
interface Connecting {
  createConnection: (options: Options, callback?: () => void) => Socket;
}

interface Rule {
  readonly operation: string;
  readonly failure: NetworkFailure;
  /** Which connections of the operation fail, counted from 1. */
  readonly affects: (call: number) => boolean;
  seen: number;
  hits: number;
}

/**
 * Intercepts the network between the provider and a local cloud in this process. It maps public names to loopback ports, and lets
 * chosen requests fail where a real network does: at the name, at the connection, at the handshake. The errors are the real ones,
 * except for that of the name, since a name look-up would leave the machine.
 */
export class Network {
  /** Every token that was sent. */
  readonly tokens = new Set<string>();
  /** Where each kind of token went. */
  readonly destinations = { authorization: new Set<string>(), "x-auth-token": new Set<string>() };
  private readonly names = new Map<string, string>();
  private rules: Rule[] = [];
  private readonly agent = http.Agent.prototype as unknown as Internals;
  private readonly secureAgent = https.Agent.prototype as unknown as Connecting;
  private readonly addRequest = this.agent.addRequest;
  private readonly connectSecurely = this.secureAgent.createConnection;

  /** Intercepts every agent of this process until `remove`. */
  install(): void {
    const { addRequest, connectSecurely } = this;
    const route = (agent: Internals, request: ClientRequest, options: Options): void => {
      beforeFirstByte(request, (chunk) => {
        addRequest.call(agent, request, this.routed(request, options, operationOf(request, chunk)));
      });
    };
    this.agent.addRequest = function (request, options) {
      route(this, request, options);
    };
    // A local cloud has no TLS, so a plain socket stands in for a successful handshake.
    this.secureAgent.createConnection = function (options: Options, callback?: () => void) {
      if (options["handshake"] === "fails") return connectSecurely.call(this, options, callback);
      const socket = net.connect(options as unknown as net.TcpNetConnectOpts);
      return socket.once("connect", () => socket.emit("secureConnect"));
    };
  }

  remove(): void {
    this.agent.addRequest = this.addRequest;
    this.secureAgent.createConnection = this.connectSecurely;
  }

  reset(): void {
    this.rules = [];
    this.names.clear();
    this.tokens.clear();
    for (const addresses of Object.values(this.destinations)) addresses.clear();
  }

  /** Maps a public name to a loopback address. */
  name(host: string, address: string): void {
    this.names.set(host, address);
  }

  injectFailure(operation: string, failure: NetworkFailure, affects: Rule["affects"]): { readonly hits: number } {
    const rule: Rule = { operation, failure, affects, seen: 0, hits: 0 };
    this.rules.push(rule);
    return rule;
  }

  heal(): void {
    this.rules = [];
  }

  private routed(request: ClientRequest, options: Options, operation: string): Options {
    const failure = this.failureFor(operation);
    if (failure === "refused") return { ...options, host: "127.0.0.1", hostname: "127.0.0.1", port: closedPort };
    if (failure === "dns") return { ...options, host: "cloud.invalid", hostname: "cloud.invalid", lookup: nameless };
    const address = this.names.get(options.host ?? "");
    if (address !== undefined) request.setHeader("host", address);
    const [host = "", port = ""] = (address ?? `${options.host ?? ""}:${options.port ?? 80}`).split(":");
    this.watch(request, `${host}:${port}`);
    const there = { ...options, host, hostname: host, port: Number(port) };
    return failure === "tls" ? { ...there, handshake: "fails", localAddress: "127.0.0.1" } : there;
  }

  private watch(request: ClientRequest, address: string): void {
    for (const header of ["authorization", "x-auth-token"] as const) {
      const value = request.getHeader(header);
      if (typeof value !== "string") continue;
      this.tokens.add(value.replace(/^Bearer /, ""));
      this.destinations[header].add(address);
    }
  }

  private failureFor(operation: string): NetworkFailure | undefined {
    let failure: NetworkFailure | undefined;
    for (const rule of this.rules.filter((one) => one.operation === operation)) {
      rule.seen += 1;
      if (failure !== undefined || !rule.affects(rule.seen)) continue;
      rule.hits += 1;
      failure = rule.failure;
    }
    return failure;
  }
}

/** Calls back once with the first bytes of the request, which contain its operation. */
function beforeFirstByte(request: ClientRequest, go: (chunk: Chunk) => void): void {
  const write = request.write.bind(request);
  const end = request.end.bind(request);
  const start = (chunk: unknown): void => {
    request.write = write;
    request.end = end;
    go(typeof chunk === "string" || chunk instanceof Uint8Array ? chunk : undefined);
  };
  request.write = ((...args: Parameters<typeof write>) => {
    start(args[0]);
    return write(...args);
  }) as typeof write;
  request.end = ((...args: Parameters<typeof end>) => {
    start(args[0]);
    return end(...args);
  }) as typeof end;
}

function operationOf(request: ClientRequest, chunk: Chunk): string {
  if (chunk === undefined) return unbodied[request.path] ?? "ready";
  // The names in DQL are free, and /alter takes no document.
  const [, path = ""] = /^\/(query|mutate|alter)\b/.exec(request.path) ?? [];
  if (path !== "") return path;
  const { query } = JSON.parse(Buffer.from(chunk).toString("utf8")) as { query: string };
  return /\{\s*(\w+)/.exec(query)?.[1] ?? "";
}

/** The requests of a cluster that have no body. */
const unbodied: Readonly<Record<string, string>> = { "/health": "health", "/health?live": "live" };

const nameless = (host: string, _: unknown, done: (error: Error) => void): void => {
  const error = new Error(`getaddrinfo ENOTFOUND ${host}`);
  done(Object.assign(error, { code: "ENOTFOUND", syscall: "getaddrinfo", hostname: host }));
};
