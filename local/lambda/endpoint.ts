import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Bodies } from "../http/bodies";
import { guardedServer, refuseForeign } from "../http/limits";
import { parseJson } from "../http/json";
import { HttpProblem, pathOf } from "../http/request";
import type { Lambda } from "./lambda";
import type { LambdaCall } from "./messages";

/** Where the databases call lambdas: on loopback, each of them under a secret path of its own, which only its database knows. */
export class LambdaEndpoint {
  private readonly lambdas = new Map<string, Lambda>();
  private readonly bodies = new Bodies();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<LambdaEndpoint> {
    const server = guardedServer((request, response) => {
      void endpoint.answer(request, response);
    });
    const endpoint = new LambdaEndpoint(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    // Not a reason for the process to stay.
    server.unref();
    return endpoint;
  }

  /** Gives a lambda its address. */
  add(lambda: Lambda): string {
    const path = `/${randomBytes(24).toString("hex")}`;
    this.lambdas.set(path, lambda);
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** Takes the address of a lambda back. */
  remove(lambda: Lambda): void {
    for (const [path, known] of this.lambdas) if (known === lambda) this.lambdas.delete(path);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      refuseForeign(request, response);
      const lambda = this.lambdas.get(pathOf(request));
      if (lambda === undefined || request.method !== "POST") throw new HttpProblem(404, "there is no lambda here");
      send(response, 200, await lambda.call(callIn(await this.bodies.text(request))));
    } catch (error) {
      const { status, message } = error instanceof HttpProblem ? error : new HttpProblem(500, String(error));
      // Dgraph hands such errors on to its own client.
      send(response, status, JSON.stringify({ errors: [{ message }] }));
    }
  }
}

function send(response: ServerResponse, status: number, json: string): void {
  // A connection that is kept may be closed here just when Dgraph sends its next call on it, and Dgraph does not send that again.
  response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(json);
}

function callIn(body: string): LambdaCall {
  try {
    const call = parseJson(body) as Partial<LambdaCall> | null;
    if (typeof call?.resolver === "string") return call as LambdaCall;
  } catch {
    // Told as what it is, below.
  }
  throw new HttpProblem(400, "this is no call of a lambda");
}
