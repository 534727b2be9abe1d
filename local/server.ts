import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { OperationTypeNode } from "graphql";
import type { Backend } from "./backend";
import type { Cloud, Doors } from "./cloud";
import type { GraphqlBody } from "./engines/engine";
import { type Answer, exchange, type Laboratory, type Subject } from "./exchange";
import { operationOf, rootFields } from "./execute";
import { adminPlane, controlPlane, slashPlane } from "./planes";
import { bearer, carriesToken, graphqlBody, HttpProblem, readBody, refuseForeign } from "./request";

type Handle = (request: IncomingMessage, response: ServerResponse, body: string) => Promise<void>;

/** What the server works with beside the cloud. */
export interface ServerParts extends Laboratory {
  /** Called after every request that was carried out. */
  readonly onChange: () => void;
}

/** The HTTP side: the control plane on one loopback port, and each backend's data plane on one of its own. */
export class LocalServer implements Doors {
  private readonly servers = new Set<Server>();
  private readonly doors = new Map<string, Server>();
  private cloud: Cloud | undefined;
  private closed = false;

  constructor(private readonly parts: ServerParts) {}

  /** Opens the control plane of the cloud; gives its port. Fails when the port is taken. */
  async listen(cloud: Cloud, port: number): Promise<number> {
    this.cloud = cloud;
    return (await this.serve((request, response, body) => this.control(cloud, request, response, body), port)).port;
  }

  async open(backend: Backend): Promise<string> {
    const wanted = Number(backend.deployment.url.split(":")[1] ?? 0);
    const handle: Handle = (request, response, body) => this.data(backend, request, response, body);
    // A port kept from an earlier run may have been taken since; the backend's address then changes, as it may in the cloud.
    const door = await this.serve(handle, wanted).catch(() => this.serve(handle, 0));
    this.doors.set(backend.deployment.uid, door.server);
    return `127.0.0.1:${door.port}`;
  }

  close(backend: Backend): void {
    const server = this.doors.get(backend.deployment.uid);
    this.doors.delete(backend.deployment.uid);
    if (server !== undefined) this.end(server);
  }

  closeAll(): void {
    this.closed = true;
    for (const server of this.servers) this.end(server);
  }

  private end(server: Server): void {
    this.servers.delete(server);
    server.close();
    server.closeAllConnections();
  }

  private async serve(handle: Handle, port: number): Promise<{ server: Server; port: number }> {
    const server = createServer((request, response) => {
      answer(request, response, handle).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    this.servers.add(server);
    if (this.closed) {
      this.end(server);
      throw new Error("the local cloud is closed");
    }
    return { server, port: (server.address() as AddressInfo).port };
  }

  private async control(cloud: Cloud, request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
    const read = reading(() => {
      if (pathOf(request) !== "/graphql") throw new HttpProblem(404, "the control plane is at /graphql");
      if (request.method !== "POST") throw new HttpProblem(405, "the control plane takes POST");
      return graphqlBody(request, text, false);
    });
    const account = cloud.accountOf(bearer(request));
    const subject: Subject = {
      plane: "control",
      operation: operationName(read.body),
      ...(account !== undefined && { account: account.email }),
    };
    await this.exchange(request, response, subject, async () => {
      return { status: 200, body: await controlPlane(cloud, account, read.required()) };
    });
  }

  private async data(
    backend: Backend,
    request: IncomingMessage,
    response: ServerResponse,
    text: string,
  ): Promise<void> {
    const path = pathOf(request);
    const read = reading(() => graphqlBody(request, text, path !== "/admin"));
    const subject: Subject = {
      plane: "data",
      operation: dataOperation(request, path, read.body),
      deployment: backend.deployment.uid,
    };
    await this.exchange(request, response, subject, () => this.answerData(backend, request, path, read.required));
  }

  private async answerData(
    backend: Backend,
    request: IncomingMessage,
    path: string,
    body: () => GraphqlBody,
  ): Promise<Answer> {
    const { cloud } = this;
    if (cloud === undefined || !backend.isReady()) throw new HttpProblem(503, "the backend is starting");
    backend.advance();
    if (request.method === "OPTIONS" && path === "/graphql") return { status: 200, body: {} };
    if (request.method === "GET" && path.startsWith("/export/")) return download(backend, path);
    if (request.method !== "POST") throw new HttpProblem(405, "the data plane takes POST");
    if (!carriesToken(request, path, backend.deployment.jwtToken)) throw new HttpProblem(401, "Unauthorized");
    switch (path) {
      case "/graphql":
        refuseMutation(backend, body());
        return { status: 200, body: await backend.engine.graphql(body()) };
      case "/admin":
        return { status: 200, body: await adminPlane(backend, body()) };
      case "/admin/slash":
        return { status: 200, body: await slashPlane(cloud, backend, body()) };
      default:
        throw new HttpProblem(404, "a backend has /graphql, /admin and /admin/slash");
    }
  }

  private async exchange(
    request: IncomingMessage,
    response: ServerResponse,
    subject: Subject,
    act: () => Promise<Answer>,
  ): Promise<void> {
    const recorded = async (): Promise<Answer> => {
      const result = await act();
      this.parts.onChange();
      return result;
    };
    await exchange(this.parts, { request, response, subject, act: recorded });
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, handle: Handle): Promise<void> {
  try {
    refuseForeign(request);
    await handle(request, response, await readBody(request));
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    response.writeHead(error.status, { "content-type": "application/json", connection: "close" });
    response.end(JSON.stringify({ errors: [{ message: error.message }] }));
  }
}

/** A body that is read for the journal first, and complained of only when the request is carried out. */
function reading(read: () => GraphqlBody): { body: GraphqlBody | undefined; required: () => GraphqlBody } {
  try {
    const body = read();
    return { body, required: () => body };
  } catch (error) {
    return {
      body: undefined,
      required: () => {
        throw error;
      },
    };
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

function operationName(body: GraphqlBody | undefined): string {
  return (body === undefined ? undefined : rootFields(body.query, body.operationName)[0]) ?? "unreadable";
}

function dataOperation(request: IncomingMessage, path: string, body: GraphqlBody | undefined): string {
  if (request.method === "OPTIONS") return "ready";
  if (request.method === "GET") return "download";
  return path === "/graphql" ? "graphql" : operationName(body);
}

function refuseMutation(backend: Backend, body: GraphqlBody): void {
  if (backend.deployment.deploymentMode !== "readonly") return;
  if (operationOf(body.query, body.operationName)?.operation === OperationTypeNode.MUTATION)
    throw new HttpProblem(403, "the backend is read-only");
}

function download(backend: Backend, path: string): Answer {
  const content = backend.download(path.slice("/export/".length).replace(/\.json$/, ""));
  if (content === undefined) throw new HttpProblem(404, "no such export");
  return { status: 200, body: content };
}
