import net from "node:net";
import type { AddressInfo } from "node:net";

/** Called after each complete request. */
export type OnRequest = (socket: net.Socket) => void;

/** A server that answers each request with any bytes of a test. */
export class RawServer {
  connections = 0;
  requests = 0;
  /** Everything that was received. */
  received = "";
  private readonly sockets = new Set<net.Socket>();

  private constructor(
    private readonly server: net.Server,
    readonly port: number,
  ) {}

  static async start(onRequest: OnRequest): Promise<RawServer> {
    const server = net.createServer((socket) => {
      wire.connections++;
      wire.sockets.add(socket);
      let pending = "";
      socket.on("error", () => undefined);
      socket.on("close", () => wire.sockets.delete(socket));
      socket.on("data", (chunk) => {
        wire.received += chunk.toString("latin1");
        pending += chunk.toString("latin1");
        for (let rest = afterRequest(pending); rest !== undefined; rest = afterRequest(pending)) {
          pending = rest;
          wire.requests++;
          onRequest(socket);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const wire = new RawServer(server, (server.address() as AddressInfo).port);
    return wire;
  }

  get endpoint(): URL {
    return new URL(`http://127.0.0.1:${this.port}/graphql`);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

/** Sends a text repeatedly until the other side disconnects. */
export function forever(socket: net.Socket, text: string | Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.writable && socket.write(text));
  };
  socket.on("drain", more);
  more();
}

/** Sends a text every few milliseconds until the other side disconnects. */
export function drip(socket: net.Socket, text: string, everyMs = 20): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.on("close", () => {
    clearInterval(timer);
  });
}

/** A complete HTTP response. */
export function answer(body: string | Buffer, headers: readonly string[] = [], status = "200 OK"): Buffer {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  const head = [`HTTP/1.1 ${status}`, "content-type: application/json", `content-length: ${bytes.length}`, ...headers];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), bytes]);
}

export const chunkedHead = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

export function chunk(text: string | Buffer): Buffer {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** The text after the first complete request, or undefined while it is incomplete. */
function afterRequest(text: string): string | undefined {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1] ?? 0);
  const end = head + 4 + length;
  return text.length < end ? undefined : text.slice(end);
}
