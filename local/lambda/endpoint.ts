import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Bodies } from "../http/bodies";
import { refuseForeignSites } from "../http/browserGuard";
import { HttpError } from "../http/httpError";
import { closeServer, limitedServer, listenOnLoopback } from "../http/loopbackServer";
import { pathOf } from "../http/request";
import { parseJson } from "../text/json";
import type { Lambda } from "./lambda";
import type { LambdaCall } from "./messages";

/** The loopback server on which databases call lambdas. Each lambda has a secret path, which only its database knows. */
export class LambdaEndpoint {
  private readonly lambdas = new Map<string, Lambda>();
  private readonly bodies = new Bodies();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<LambdaEndpoint> {
    const server = limitedServer((request, response) => {
      void endpoint.answer(request, response);
    });
    const endpoint = new LambdaEndpoint(server);
    await listenOnLoopback(server, 0);
    // The server does not keep the process alive.
    server.unref();
    return endpoint;
  }

  /** Adds a lambda. Returns its address. */
  add(lambda: Lambda): string {
    const path = `/${randomBytes(24).toString("hex")}`;
    this.lambdas.set(path, lambda);
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** Removes a lambda: its address answers 404 from now on. */
  remove(lambda: Lambda): void {
    for (const [path, known] of this.lambdas) if (known === lambda) this.lambdas.delete(path);
  }

  close(): void {
    closeServer(this.server);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      refuseForeignSites(request, response);
      const lambda = this.lambdas.get(pathOf(request));
      if (lambda === undefined || request.method !== "POST") throw new HttpError(404, "there is no lambda here");
      send(response, 200, await lambda.call(parseCall(await this.bodies.text(request))));
    } catch (error) {
      const { status, message } = error instanceof HttpError ? error : new HttpError(500, String(error));
      // Dgraph passes these errors on to its client.
      send(response, status, JSON.stringify({ errors: [{ message }] }));
    }
  }
}

function send(response: ServerResponse, status: number, json: string): void {
  // Without keep-alive: this side could close a kept connection just as Dgraph sends a call on it, and Dgraph does not retry.
  response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(json);
}

function parseCall(body: string): LambdaCall {
  try {
    const call = parseJson(body) as Partial<LambdaCall> | null;
    if (typeof call?.resolver === "string") return call as LambdaCall;
  } catch {
    // Reported below.
  }
  throw new HttpError(400, "the body is not a call of a lambda");
}
