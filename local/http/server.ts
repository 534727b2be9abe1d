import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { aboutBackend } from "../faults/subject";
import type { Backend } from "../cloud/backend";
import { Bodies } from "./bodies";
import type { Cloud, Listener } from "../cloud/cloud";
import type { Answer, StreamedAnswer } from "./answer";
import { backupsPath, takeBackup } from "./backupRequest";
import { answerData, readDataRequest } from "./dataPlane";
import { exchange, type Pipeline, type Subject } from "./pipeline";
import type { GraphqlBody } from "../engines/engine";
import { operationName, rootFields } from "../graphql/execute";
import { guardedServer, refuseForeign } from "./limits";
import { isOfOwnUser } from "./peer";
import { controlPlane } from "../graphql/resolvers";
import { bearer, HttpProblem, pathOf, readDocument } from "./request";

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What the server works with beside the cloud. */
export interface ServerParts extends Pipeline {
  /** Called after every request that something was done about, before its answer. */
  readonly onChange: () => void;
  /** Tells whoever runs the local cloud. */
  readonly say: (line: string) => void;
}

/** The HTTP side: the control plane on one loopback port, and each backend's data plane on one of its own. */
export class LocalServer implements Listener {
  private readonly servers = new Set<Server>();
  private readonly doors = new Map<string, Server>();
  private readonly bodies = new Bodies();
  private cloud: Cloud | undefined;
  private closed = false;

  constructor(private readonly parts: ServerParts) {}

  /** Opens the control plane of the cloud; gives its port. Fails when the port is taken. */
  async listen(cloud: Cloud, port: number): Promise<number> {
    this.cloud = cloud;
    return (await this.serve((request, response) => this.control(cloud, request, response), port)).port;
  }

  async open(backend: Backend): Promise<string> {
    const wanted = Number(backend.deployment.url.split(":")[1] ?? 0);
    const handle: Handle = (request, response) => this.data(backend, request, response);
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
    const server = guardedServer((request, response) => {
      void this.answer(request, response, handle);
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

  private async answer(request: IncomingMessage, response: ServerResponse, handle: Handle): Promise<void> {
    try {
      refuseForeign(request, response);
      await handle(request, response);
    } catch (error) {
      // Nobody is there any more, or has half an answer.
      if (response.socket?.destroyed === true || response.headersSent) response.destroy();
      else refuse(response, error instanceof HttpProblem ? error : this.failure(error));
    }
  }

  /** A client must not take a mistake of the local cloud for an answer that was lost on its way. */
  private failure(error: unknown): HttpProblem {
    this.parts.say(`a request was not answered: ${error instanceof Error ? error.message : String(error)}`);
    return new HttpProblem(500, "the local cloud failed on this request: its output tells more");
  }

  private async control(cloud: Cloud, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (pathOf(request) === backupsPath) {
      await this.exchange(request, response, { plane: "control", operation: "backup" }, () =>
        takeBackup(cloud, request, this.bodies),
      );
      return;
    }
    const read = await readDocument(request, this.bodies, false, () => {
      if (pathOf(request) !== "/graphql") throw new HttpProblem(404, "the control plane is at /graphql");
      if (request.method !== "POST") throw new HttpProblem(405, "the control plane takes POST");
    });
    const account = cloud.accountOf(bearer(request));
    const { uid, name } = read.document === undefined ? {} : aboutBackend(read.document);
    const subject: Subject = {
      plane: "control",
      operation: operationName(read.document),
      ...(uid !== undefined && { deployment: uid }),
      ...(account !== undefined && { account: account.email }),
      name: name ?? cloud.backend(uid ?? "")?.deployment.name,
    };
    await this.exchange(request, response, subject, async () => {
      if (isForeignScript(cloud, request, read.document)) return { status: 200, body: foreignScript };
      return { status: 200, body: await controlPlane(cloud, account, read.required()) };
    });
  }

  private async data(backend: Backend, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await readDataRequest(backend, request, this.bodies);
    const { uid, name } = backend.deployment;
    const subject: Subject = { plane: "data", operation: asked.operation, deployment: uid, name };
    await this.exchange(request, response, subject, () => {
      if (this.cloud === undefined) throw new HttpProblem(503, "the local cloud is starting");
      return answerData(this.cloud, backend, asked);
    });
  }

  private keepChanges(): void {
    try {
      this.parts.onChange();
    } catch (error) {
      this.parts.say(error instanceof Error ? error.message : String(error));
      throw new HttpProblem(
        500,
        "it may have been carried out, but the state of the local cloud could not be kept: its output tells why",
      );
    }
  }

  private async exchange(
    request: IncomingMessage,
    response: ServerResponse,
    subject: Subject,
    act: () => Promise<Answer | StreamedAnswer>,
  ): Promise<void> {
    const recorded = async (): Promise<Answer | StreamedAnswer> => {
      try {
        return await act();
      } finally {
        this.keepChanges();
      }
    };
    await exchange(this.parts, { request, response, subject, act: recorded });
  }
}

const foreignScript = {
  errors: [{ message: "a lambda script runs as the user who started the local cloud: only that user may deploy one" }],
  data: null,
};

/** Whether a program of somebody else deploys a script. The log-in does not keep others on the machine out: it is no secret. */
function isForeignScript(cloud: Cloud, { socket }: IncomingMessage, document: GraphqlBody | undefined): boolean {
  if (!cloud.engines.runsLambdas || document === undefined) return false;
  return rootFields(document).includes("updateLambda") && !isOfOwnUser(socket);
}

function refuse(response: ServerResponse, { status, message }: HttpProblem): void {
  const later = status === 503 ? { "retry-after": "1" } : {};
  response.writeHead(status, { "content-type": "application/json", connection: "close", ...later });
  response.end(JSON.stringify({ errors: [{ message }] }));
}
