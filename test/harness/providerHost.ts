import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { settingNames, variableOf } from "../../provider/api/settings";
import type { Kind } from "../../provider/host/delegate";
import type { ResourceCalls } from "../../provider/host/plugin/resource";
import { DynamicClient } from "./hosts/dynamicClient";
import { outputsOf } from "./hosts/packageSchema";
import { PluginProvider } from "./hosts/pluginProvider";
import { structOf, type Values } from "./hosts/protocol";
import type { Provider } from "./hosts/provider";
import { testedHost } from "./testedHost";

const root = resolve(__dirname, "../..");

export type { Values } from "./hosts/protocol";

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

/** A real host in its own process, called as the engine calls it. Which one, the variable DGRAPHCLOUD_TEST_HOST says. */
export class Host {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly kind: Kind,
    private readonly engine: Engine,
    /** Why it refuses its settings, before the first call about a resource. */
    readonly refusals: readonly string[],
  ) {}

  /** The output of the process, and its log lines to the engine. */
  get output(): string {
    return this.engine.output;
  }

  /** The same process for another type of resource. */
  as(kind: Kind): Host {
    return new Host(this.process, this.client, kind, this.engine, this.refusals);
  }

  static async start(environment: NodeJS.ProcessEnv, kind: Kind = "backend"): Promise<Host> {
    return Host.of(await Engine.start(), environment, kind);
  }

  /** Starts another process of the same engine run, as the engine does for each explicit Provider. */
  another(environment: NodeJS.ProcessEnv): Promise<Host> {
    return Host.of(this.engine, environment, this.kind);
  }

  private static async of(engine: Engine, environment: NodeJS.ProcessEnv, kind: Kind): Promise<Host> {
    const child = spawn(process.execPath, [programs[testedHost](), `127.0.0.1:${engine.port}`], {
      cwd: root,
      env: { PATH: process.env["PATH"], ...(testedHost === "dynamic" ? environment : {}) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const port = await new Promise<string>((found, failed) => {
      child.stdout.once("data", (chunk: Buffer) => {
        found(chunk.toString().trim());
      });
      child.once("close", () => {
        failed(new Error(`the ${testedHost} host ended`));
      });
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        engine.output += chunk.toString();
      });
    }
    const refusals = await configure(client, testedHost === "plugin" ? environment : {});
    return new Host(child, client, kind, engine, refusals);
  }

  async check(
    olds: Values,
    news: Values,
  ): Promise<{ inputs: Values; failures: { property: string; reason: string }[] }> {
    const { inputs, failures = [] } = (await this.provider.check(olds, news)) as Checked;
    return { inputs, failures };
  }

  async create(inputs: Values): Promise<Made> {
    const { id, outs } = (await this.called(this.provider.create(inputs))) as { id: string; outs: Values };
    return { id, properties: outs };
  }

  async diff(
    id: string,
    olds: Values,
    news: Values,
  ): Promise<{ changes: boolean | undefined; replaces: string[]; deleteBeforeReplace: boolean }> {
    const {
      changes,
      replaces = [],
      deleteBeforeReplace = false,
    } = await this.called(this.provider.diff(id, olds, news));
    return { changes, replaces, deleteBeforeReplace };
  }

  async update(id: string, olds: Values, news: Values): Promise<Values> {
    return ((await this.called(this.provider.update(id, olds, news))) as { outs: Values }).outs;
  }

  async read(id: string, properties: Values): Promise<{ id: string; properties: Values; inputs?: Values }> {
    const read = (await this.called(this.provider.read(id, properties))) as Read;
    return { id: read.id, properties: read.props, ...(read.inputs !== undefined && { inputs: read.inputs }) };
  }

  delete(id: string, properties: Values): Promise<void> {
    return this.called(this.provider.delete(id, properties));
  }

  close(): void {
    this.client.close();
    this.process.kill("SIGKILL");
    this.engine.stop();
  }

  private get provider(): Provider {
    const calls = callsOver(this.client);
    if (testedHost === "dynamic") return new DynamicClient(this.kind, calls);
    return new PluginProvider(calls, outputsOf(`${this.kind.charAt(0).toUpperCase()}${this.kind.slice(1)}`));
  }

  private async called<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof Error) || !(error.cause instanceof Error && "metadata" in error.cause)) throw error;
      const { id, properties } = error as { id?: string; properties?: Values };
      throw new HostFailure(error.message, id === undefined ? undefined : { id, properties: properties ?? {} });
    }
  }
}

// The callbacks' own types are `any`.
interface Checked {
  readonly inputs: Values;
  readonly failures?: { property: string; reason: string }[];
}

interface Read {
  readonly id: string;
  readonly props: Values;
  readonly inputs?: Values;
}

const programs = {
  dynamic: () => require.resolve("@pulumi/pulumi/cmd/dynamic-provider"),
  plugin: () => resolve(root, "plugin/pulumi-resource-dgraphcloud"),
} as const;

/**
 * What the engine does before the first call about a resource. The plugin gets its settings here, as from an explicit Provider. Returns what it
 * refuses: an `up` ends there, but a refresh goes on with the settings in the state.
 */
async function configure(client: ResourceProviderClient, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const settings = Object.fromEntries(settingNames.map((name) => [name, environment[variableOf(name)]]));
  const check = new messages.CheckRequest();
  check.setUrn("urn:pulumi:dev::test::pulumi:providers:dgraphcloud::account");
  check.setNews(structOf(settings, ["token", "password"]));
  const checked = await call<messages.CheckResponse>((done) => client.checkConfig(check, done)).catch(ifUnimplemented);
  const request = new messages.ConfigureRequest();
  request.setAcceptsecrets(true);
  request.setAcceptresources(true);
  request.setSendsOldInputs(true);
  request.setSendsOldInputsToDelete(true);
  request.setArgs(checked?.getInputs() ?? check.getNews());
  await call<messages.ConfigureResponse>((done) => client.configure(request, done));
  return checked?.getFailuresList().map((failure) => failure.getReason()) ?? [];
}

/** The dynamic host has no CheckConfig: the engine then takes the settings as they are. */
function ifUnimplemented(error: grpc.ServiceError): undefined {
  if (error.code !== grpc.status.UNIMPLEMENTED) throw error;
  return undefined;
}

function callsOver(client: ResourceProviderClient): ResourceCalls {
  return {
    check: (request) => call((done) => client.check(request, done)),
    diff: (request) => call((done) => client.diff(request, done)),
    create: (request) => call((done) => client.create(request, done)),
    read: (request) => call((done) => client.read(request, done)),
    update: (request) => call((done) => client.update(request, done)),
    delete: (request) => call((done) => client.delete(request, done)),
  };
}

function call<Response>(
  send: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((done, failed) => {
    send((error, response) => {
      if (error === null) done(response);
      else failed(error);
    });
  });
}
