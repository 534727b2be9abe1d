import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { delegate, type Kind } from "../../provider/host/delegate";

const root = resolve(__dirname, "../..");

export type Values = Record<string, unknown>;

export interface Made {
  readonly id: string;
  readonly properties: Values;
}

/** A failed call of the host. After a partial failure, `made` is the object that it created. */
export class HostFailure extends Error {
  constructor(
    message: string,
    readonly made: Made | undefined,
  ) {
    super(message);
  }
}

/** The part of an engine that the host needs: a server that receives log lines. */
class Engine {
  output = "";

  private constructor(
    private readonly server: grpc.Server,
    readonly port: number,
  ) {}

  static async start(): Promise<Engine> {
    const server = new grpc.Server();
    const log: grpc.handleUnaryCall<LogRequest, Empty> = (call, answer) => {
      engine.output += `${call.request.getMessage()}\n`;
      answer(null, new Empty());
    };
    server.addService({ log: EngineService.log }, { log });
    const port = await new Promise<number>((found, failed) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) found(bound);
        else failed(error);
      });
    });
    const engine = new Engine(server, port);
    return engine;
  }

  stop(): void {
    this.server.forceShutdown();
  }
}

/** The real dynamic-provider host in its own process, called as the engine calls it, with the delegate's text of stored states. */
export class Host {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly kind: Kind,
    private readonly engine: Engine,
  ) {}

  /** The output of the process, and its log lines to the engine. */
  get output(): string {
    return this.engine.output;
  }

  /** The same process for another type of resource. */
  as(kind: Kind): Host {
    return new Host(this.process, this.client, kind, this.engine);
  }

  static async start(environment: NodeJS.ProcessEnv, kind: Kind = "backend"): Promise<Host> {
    return Host.of(await Engine.start(), environment, kind);
  }

  /** Starts another process of the same engine run, as the engine does for each explicit Provider. */
  another(environment: NodeJS.ProcessEnv): Promise<Host> {
    return Host.of(this.engine, environment, this.kind);
  }

  private static async of(engine: Engine, environment: NodeJS.ProcessEnv, kind: Kind): Promise<Host> {
    const script = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
    const child = spawn(process.execPath, [script, `127.0.0.1:${engine.port}`], {
      cwd: root,
      env: { PATH: process.env["PATH"], ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const port = await new Promise<string>((found, failed) => {
      child.stdout.once("data", (chunk: Buffer) => {
        found(chunk.toString().trim());
      });
      child.once("close", () => {
        failed(new Error("the dynamic-provider host ended"));
      });
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const host = new Host(child, client, kind, engine);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        engine.output += chunk.toString();
      });
    }
    const configure = new messages.ConfigureRequest();
    configure.setArgs(Struct.fromJavaScript({}));
    await new Promise<void>((done, failed) => {
      host.client.configure(configure, (error) => {
        if (error === null) done();
        else failed(error);
      });
    });
    return host;
  }

  async check(
    olds: Values,
    news: Values,
  ): Promise<{ inputs: Values; failures: { property: string; reason: string }[] }> {
    const request = new messages.CheckRequest();
    request.setOlds(this.struct(olds));
    request.setNews(this.struct(news));
    const response = await this.call<messages.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: response.getInputs()?.toJavaScript() ?? {},
      failures: response
        .getFailuresList()
        .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() })),
    };
  }

  async create(inputs: Values): Promise<Made> {
    const request = new messages.CreateRequest();
    request.setProperties(this.struct(inputs));
    const response = await this.call<messages.CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), properties: response.getProperties()?.toJavaScript() ?? {} };
  }

  async diff(
    id: string,
    olds: Values,
    news: Values,
  ): Promise<{ changes: boolean | undefined; replaces: string[]; deleteBeforeReplace: boolean }> {
    const request = new messages.DiffRequest();
    request.setId(id);
    request.setOlds(this.struct(olds));
    request.setNews(this.struct(news));
    const response = await this.call<messages.DiffResponse>((done) => this.client.diff(request, done));
    const changes = [undefined, false, true][response.getChanges()];
    return { changes, replaces: response.getReplacesList(), deleteBeforeReplace: response.getDeletebeforereplace() };
  }

  async update(id: string, olds: Values, news: Values): Promise<Values> {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setOlds(this.struct(olds));
    request.setNews(this.struct(news));
    const response = await this.call<messages.UpdateResponse>((done) => this.client.update(request, done));
    return response.getProperties()?.toJavaScript() ?? {};
  }

  async read(id: string, properties: Values): Promise<{ id: string; properties: Values; inputs: Values }> {
    const request = new messages.ReadRequest();
    request.setId(id);
    request.setProperties(this.struct(properties));
    const response = await this.call<messages.ReadResponse>((done) => this.client.read(request, done));
    return {
      id: response.getId(),
      properties: response.getProperties()?.toJavaScript() ?? {},
      inputs: response.getInputs()?.toJavaScript() ?? {},
    };
  }

  async delete(id: string, properties: Values): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(id);
    request.setProperties(this.struct(properties));
    await this.call((done) => this.client.delete(request, done));
  }

  close(): void {
    this.client.close();
    this.process.kill("SIGKILL");
    this.engine.stop();
  }

  private struct(values: Values): Struct {
    return Struct.fromJavaScript({ ...values, __provider: delegate(this.kind) });
  }

  private call<Response>(
    send: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
  ): Promise<Response> {
    return new Promise((done, failed) => {
      send((error, response) => {
        if (error === null) done(response);
        else failed(failure(error));
      });
    });
  }
}

function failure(error: grpc.ServiceError): HostFailure {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(details)) return new HostFailure(error.details, undefined);
  const [any] = Status.deserializeBinary(details).getDetailsList();
  const partial = messages.ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8() ?? new Uint8Array());
  const properties = partial.getProperties()?.toJavaScript() ?? {};
  return new HostFailure(partial.getReasonsList().join("\n"), { id: partial.getId(), properties });
}
