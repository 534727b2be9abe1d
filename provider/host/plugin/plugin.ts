import { isDeepStrictEqual } from "node:util";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { StackSettings } from "../../api/settings";
import type { Resource, State } from "../../resource/resource";
import { typeIn } from "../../resource/typeTokens";
import type { HostProcess } from "../process";
import { onFirstUse, resources } from "../resources";
import type { Components } from "./components";
import { callFunction } from "./functions";
import { type Listed, listObjects } from "./list";
import type { PackageSchema } from "./packageSchema";
import { readKeepingSecrets, readProperties, writeProperties } from "./properties";
import { PluginResource, type ResourceCalls } from "./resource";
import { checkConfig, diffConfig, settingsOf } from "./settings";

/** What a plugin gets from what starts it. */
export interface PluginParts {
  readonly host: HostProcess;
  readonly schema: PackageSchema;
  /** Ends every wait of this process. */
  readonly cancel: () => void;
  /** Called with the address of the engine when a debugger attaches one to a running plugin. */
  readonly attach: (address: string) => void;
  readonly components: Components;
}

/** The engine's plugin protocol: one method for each call. Those about one resource go to the resource. */
export class Plugin {
  private readonly resources: ReadonlyMap<string, () => ResourceCalls>;
  private settings: StackSettings | undefined;

  constructor(private readonly parts: PluginParts) {
    const { host, schema } = parts;
    const callsOf = <Inputs, S extends State>(load: () => Resource<Inputs, S>): (() => ResourceCalls) =>
      onFirstUse(() => {
        const resource = load();
        return new PluginResource(resource, host, schema.outputsOf(resource.kind));
      });
    this.resources = new Map([
      ["Backend", callsOf(resources.backend)],
      ["GraphqlSchema", callsOf(resources.graphqlSchema)],
      ["DataDrop", callsOf(resources.dataDrop)],
      ["RestoreRequest", callsOf(resources.restoreRequest)],
      ["RestoreCompletion", callsOf(resources.restoreCompletion)],
      ["Backup", callsOf(resources.backup)],
    ]);
  }

  handshake(): messages.ProviderHandshakeResponse {
    const response = new messages.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setAcceptResources(true);
    response.setAcceptOutputs(true);
    return response;
  }

  attach(request: { getAddress(): string }): Empty {
    this.parts.attach(request.getAddress());
    return new Empty();
  }

  getPluginInfo(): PluginInfo {
    const info = new PluginInfo();
    info.setVersion(this.parts.schema.version);
    return info;
  }

  getSchema(request: messages.GetSchemaRequest): messages.GetSchemaResponse {
    if (request.getVersion() !== 0) throw new Error(`there is no version ${request.getVersion()} of the schema`);
    const response = new messages.GetSchemaResponse();
    response.setSchema(this.parts.schema.text);
    return response;
  }

  checkConfig(request: messages.CheckRequest): messages.CheckResponse {
    return checkConfig(request, this.parts.schema.secretSettings);
  }

  diffConfig(request: messages.DiffRequest): messages.DiffResponse {
    return diffConfig(request);
  }

  configure(request: messages.ConfigureRequest): messages.ConfigureResponse {
    const settings = settingsOf(readProperties(request.getArgs()).values);
    // The engine starts a process for each Provider, but not where PULUMI_DEBUG_PROVIDERS names a running one.
    if (this.settings !== undefined && !isDeepStrictEqual(settings, this.settings))
      throw new Error(
        "this process of the plugin serves a Provider with other settings already: its resources would move to another account or cluster.\n" +
          "With PULUMI_DEBUG_PROVIDERS, use one Provider in the program, or none.",
      );
    this.settings = settings;
    this.parts.host.configure((name) => settings[name]);
    const response = new messages.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setAcceptresources(true);
    response.setAcceptoutputs(true);
    response.setSupportspreview(true);
    return response;
  }

  async invoke(request: messages.InvokeRequest): Promise<messages.InvokeResponse> {
    const { values } = readKeepingSecrets(request.getArgs());
    const found = await callFunction(request.getTok(), this.settings ?? {}, values);
    const response = new messages.InvokeResponse();
    response.setReturn(writeProperties(found.values, found.secrets));
    return response;
  }

  construct(request: messages.ConstructRequest): Promise<messages.ConstructResponse> {
    return this.parts.components.construct(request);
  }

  check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
    return this.resourceOf(request).check(request);
  }

  diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
    return this.resourceOf(request).diff(request);
  }

  create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    return this.resourceOf(request).create(request);
  }

  read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
    return this.resourceOf(request).read(request);
  }

  update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    return this.resourceOf(request).update(request);
  }

  delete(request: messages.DeleteRequest): Promise<Empty> {
    return this.resourceOf(request).delete(request);
  }

  cancel(): Empty {
    this.parts.cancel();
    return new Empty();
  }

  /** Ids and names of the objects that an import could take into a stack. */
  list(request: messages.ListRequest): Promise<readonly Listed[]> {
    return listObjects(request.getToken(), this.settings ?? {});
  }

  private resourceOf(request: { getUrn(): string }): ResourceCalls {
    const type = typeIn(request.getUrn());
    const calls = this.resources.get(type.replace(/^dgraphcloud:index:/, ""));
    if (calls === undefined)
      throw new Error(
        `the plugin dgraphcloud ${this.parts.schema.version} has no resource "${type}".\n` +
          `In TypeScript, import the class of the resource and that of its Provider from the same place: both from "pulumi-dgraphcloud/plugin", or both from "pulumi-dgraphcloud".`,
      );
    return calls();
  }
}
