import http from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A received request. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** The root field of the GraphQL document, or an empty string. */
  readonly operation: string;
  readonly socket: Socket;
}

export type Answering = (request: Received, response: http.ServerResponse) => void;

/** An HTTP server on a real loopback socket, for tests that a mock cannot replace. */
export class Service {
  readonly requests: Received[] = [];
  /** The number of connections opened so far. */
  connections = 0;

  private constructor(
    private readonly server: http.Server,
    readonly endpoint: URL,
  ) {}

  static async start(answering: Answering): Promise<Service> {
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        const { method = "", url = "", headers, socket } = request;
        const received = { method, path: url, headers, body, operation: rootField(body), socket };
        service.requests.push(received);
        answering(received, response);
      });
      // A connection that the client closes is no failure of the test.
      request.on("error", () => undefined);
    });
    server.on("connection", () => {
      service.connections++;
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const service = new Service(server, new URL(`http://127.0.0.1:${port}/graphql`));
    return service;
  }

  /** The number of requests of one operation. */
  count(operation: string): number {
    return this.requests.filter((request) => request.operation === operation).length;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

/** Answers with a JSON body. */
export function answerJson(response: http.ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** The address of a closed port on this machine. */
export async function closedEndpoint(): Promise<URL> {
  const service = await Service.start(() => undefined);
  await service.stop();
  return service.endpoint;
}

function rootField(body: string): string {
  return /\{\s*(\w+)/.exec(body.replace(/^\{"query":/, ""))?.[1] ?? "";
}
