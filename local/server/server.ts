import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Backend } from "../cloud/backend";
import type { Cloud, DataPlaneServer } from "../cloud/cloud";
import { Bodies } from "../http/bodies";
import { refuseForeignSites } from "../http/browserGuard";
import { HttpError } from "../http/httpError";
import { closeServer, limitedServer, listenOnLoopback } from "../http/loopbackServer";
import { pathOf } from "../http/request";
import { backupsPath, takeBackup } from "./backupRequest";
import { answerControl, readControlRequest } from "./controlPlane";
import { answerData, readDataRequest } from "./dataPlane";
import { handleRequest, type PipelineOptions, type RequestTarget, type RoutedRequest } from "./pipeline";

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface ServerOptions extends PipelineOptions {
  /** Called after every request that was carried out, before its answer is sent. */
  readonly onChange: () => void;
  /** Prints a line for the user who runs the local cloud. */
  readonly say: (line: string) => void;
}

/** The HTTP servers: one for the control plane, and one for the data plane of each backend, each on a loopback port of its own. */
export class LocalServer implements DataPlaneServer {
  private readonly servers = new Set<Server>();
  private readonly dataPlanes = new Map<string, Server>();
  private readonly bodies = new Bodies();
  private cloud: Cloud | undefined;
  private closed = false;

  constructor(private readonly options: ServerOptions) {}

  /** Opens the control plane of the cloud and returns its port. Rejects when the port is taken. */
  async openControlPlane(cloud: Cloud, port: number): Promise<number> {
    this.cloud = cloud;
    return (await this.serve((request, response) => this.control(cloud, request, response), port)).port;
  }

  async openDataPlane(backend: Backend): Promise<string> {
    const lastPort = Number(backend.deployment.url.split(":")[1] ?? 0);
    const handler: Handler = (request, response) => this.data(backend, request, response);
    // Another program may have taken the port of an earlier run. Then the address changes, as it may at the service.
    const { server, port } = await this.serve(handler, lastPort).catch(() => this.serve(handler, 0));
    this.dataPlanes.set(backend.deployment.uid, server);
    return `127.0.0.1:${port}`;
  }

  closeDataPlane(backend: Backend): void {
    const server = this.dataPlanes.get(backend.deployment.uid);
    this.dataPlanes.delete(backend.deployment.uid);
    if (server !== undefined) this.close(server);
  }

  closeAll(): void {
    this.closed = true;
    for (const server of this.servers) this.close(server);
  }

  private close(server: Server): void {
    this.servers.delete(server);
    closeServer(server);
  }

  private async serve(handler: Handler, port: number): Promise<{ server: Server; port: number }> {
    const server = limitedServer((request, response) => {
      void this.answer(request, response, handler);
    });
    const usedPort = await listenOnLoopback(server, port);
    this.servers.add(server);
    if (this.closed) {
      this.close(server);
      throw new Error("the local cloud is closed");
    }
    return { server, port: usedPort };
  }

  private async answer(request: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
    try {
      refuseForeignSites(request, response);
      await handler(request, response);
    } catch (error) {
      // The client has gone, or has received half an answer: an error can no longer be sent.
      if (response.socket?.destroyed === true || response.headersSent) response.destroy();
      else refuse(response, error instanceof HttpError ? error : this.failure(error));
    }
  }

  /** Answers HTTP 500 to a bug of the local cloud. Without an answer, the client would believe that one was lost on its way. */
  private failure(error: unknown): HttpError {
    this.options.say(`a request was not answered: ${error instanceof Error ? error.message : String(error)}`);
    return new HttpError(500, "the local cloud failed to answer this request: see its output");
  }

  private async control(cloud: Cloud, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (pathOf(request) === backupsPath) {
      await this.handle(request, response, { plane: "control", operation: "backup" }, () =>
        takeBackup(cloud, request, this.bodies),
      );
      return;
    }
    const read = await readControlRequest(cloud, request, this.bodies);
    await this.handle(request, response, read.target, () => answerControl(cloud, request, read));
  }

  private async data(backend: Backend, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = await readDataRequest(backend, request, this.bodies);
    const { uid, name } = backend.deployment;
    const target: RequestTarget = { plane: "data", operation: read.operation, deployment: uid, name };
    await this.handle(request, response, target, (fault) => {
      if (this.cloud === undefined) throw new HttpError(503, "the local cloud is starting");
      return answerData(this.cloud, backend, read, fault);
    });
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
    act: RoutedRequest["act"],
  ): Promise<void> {
    const actAndSave: RoutedRequest["act"] = async (fault) => {
      try {
        return await act(fault);
      } finally {
        this.saveChanges();
      }
    };
    await handleRequest(this.options, { request, response, target, act: actAndSave });
  }

  private saveChanges(): void {
    try {
      this.options.onChange();
    } catch (error) {
      this.options.say(error instanceof Error ? error.message : String(error));
      throw new HttpError(
        500,
        "the request may have been carried out, but the state of the local cloud could not be saved: see its output",
      );
    }
  }
}

function refuse(response: ServerResponse, { status, message }: HttpError): void {
  const retryAfter = status === 503 ? { "retry-after": "1" } : {};
  response.writeHead(status, { "content-type": "application/json", connection: "close", ...retryAfter });
  response.end(JSON.stringify({ errors: [{ message }] }));
}
