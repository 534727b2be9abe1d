import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { shortUrn } from "../../../provider/resource/typeTokens";
import type { Outputs } from "../../../provider/host/plugin/packageSchema";
import type { ResourceCalls } from "../../../provider/host/plugin/resource";
import { differences } from "./differences";
import { partialFailureOf } from "./partialFailure";
import { isSecretValue, plainOf, structOf, type Values } from "./protocol";
import { metadataIn } from "../../../provider/resource/values";

/** Inputs that the sdk of the dynamic host sends, and that of the plugin does not: the engine's requests say as much. */
const ofDynamicSdk = ["__provider", "__secrets", "__unknown", "__urn"];

/**
 * The engine's side of the plugin protocol, for one type of resource: writes the requests as the engine does, with secrets marked, and reads the
 * answers. Its methods are those of a dynamic provider. What the engine knows of a resource beside its values, they take from hidden inputs:
 * `__urn`, and `__secrets` for the names of the inputs that are secrets.
 */
export class PluginProvider {
  constructor(
    private readonly calls: ResourceCalls,
    private readonly known: Outputs,
  ) {}

  async check(
    olds: Values,
    news: Values,
  ): Promise<{ inputs: Values; failures: { property: string; reason: string }[] }> {
    const request = new messages.CheckRequest();
    request.setUrn(this.urnOf(news, olds));
    request.setOlds(this.inputs(olds));
    request.setNews(this.inputs(news));
    const response = await this.answer(() => this.calls.check(request));
    const failures = response
      .getFailuresList()
      .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
    const { values, secrets } = this.properties(response.getInputs(), [news]);
    const marks = { ...(secrets.length > 0 && { __secrets: secrets }), ...urnIn(news) };
    return { inputs: { ...values, ...marks }, failures };
  }

  async diff(
    id: string,
    olds: Values,
    news: Values,
  ): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
    const request = new messages.DiffRequest();
    request.setId(id);
    request.setUrn(this.urnOf(news, olds));
    request.setOlds(this.state(olds));
    request.setNews(this.inputs(news));
    const response = await this.answer(() => this.calls.diff(request));
    if (!response.getHasdetaileddiff()) throw new Error("a diff of the plugin has its details");
    return {
      changes: response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(news: Values): Promise<{ id: string; outs: Values }> {
    const request = new messages.CreateRequest();
    request.setUrn(this.urnOf(news));
    request.setProperties(this.inputs(news));
    const response = await this.answer(() => this.calls.create(request), [news]);
    return { id: response.getId(), outs: this.outputs(response.getProperties(), [news]) };
  }

  async read(id: string, props: Values = {}): Promise<{ id: string; props: Values; inputs?: Values }> {
    const request = new messages.ReadRequest();
    request.setId(id);
    request.setUrn(this.urnOf(props));
    request.setProperties(this.state(props));
    const given = givenInputs(props);
    if (given !== undefined) request.setInputs(this.inputs(given));
    const response = await this.answer(() => this.calls.read(request));
    if (response.getId() === "") return { id: "", props: {} };
    const found = { id: response.getId(), props: this.outputs(response.getProperties(), [props]) };
    if (!response.hasInputs()) return found;
    const { values } = this.properties(response.getInputs(), [props]);
    return { ...found, inputs: { ...values, ...urnIn(props) } };
  }

  async update(id: string, olds: Values, news: Values): Promise<{ outs: Values }> {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setUrn(this.urnOf(news, olds));
    request.setOlds(this.state(olds));
    request.setNews(this.inputs(news));
    const response = await this.answer(() => this.calls.update(request), [olds, news]);
    return { outs: this.outputs(response.getProperties(), [olds, news]) };
  }

  async delete(id: string, props: Values): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(id);
    request.setUrn(this.urnOf(props));
    request.setProperties(this.state(props));
    await this.answer(() => this.calls.delete(request));
  }

  /** The URN that the engine sends: that of the plugin's type. */
  private urnOf(...values: readonly Values[]): string {
    const urn = values.map(({ __urn }) => __urn).find((one) => typeof one === "string");
    return differences.plugin.urnOf(urn ?? "urn:pulumi:dev::test::dgraphcloud:index:Backend::unnamed");
  }

  private inputs(values: Values): Struct {
    const given = Object.entries(values).filter(([name]) => !ofDynamicSdk.includes(name));
    return structOf(Object.fromEntries(given), this.secretNames([values]));
  }

  private state(values: Values): Struct {
    return structOf(values, this.secretNames([values]));
  }

  /** The names of the properties that are secrets: those of the package schema, and those that the program gave as secrets. */
  private secretNames(sent: readonly Values[]): string[] {
    return [...this.known.secrets, ...sent.flatMap(({ __secrets = [] }) => __secrets as readonly string[])];
  }

  /** Outputs as the dynamic host returns them: its engine adds the delegate. */
  private outputs(struct: Struct | undefined, sent: readonly Values[]): Values {
    const { __provider, ...values } = this.properties(struct, sent).values;
    if (typeof __provider !== "string") throw new Error("the state has no delegate, which the dynamic host needs");
    return values;
  }

  /** Reads properties of an answer. A secret in clear would stay so in the state. */
  private properties(struct: Struct | undefined, sent: readonly Values[]): { values: Values; secrets: string[] } {
    const found = (struct?.toJavaScript() ?? {}) as Values;
    const secrets = Object.keys(found).filter((name) => isSecretValue(found[name]));
    const inClear = this.secretNames(sent).filter((name) => found[name] !== undefined && !secrets.includes(name));
    if (inClear.length > 0) throw new Error(`${inClear.join(" and ")} would be in the state in clear`);
    return { values: withUrnAsSent(plainOf(found) as Values, sent), secrets };
  }

  /** Waits for an answer. A failure becomes an error like that of a dynamic provider. */
  private async answer<T>(call: () => Promise<T>, sent: readonly Values[] = []): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw partialFailureOf(error, (properties) => this.properties(properties, sent).values);
    }
  }
}

/** The inputs that the engine has beside the state of a managed resource. Without them, the plugin takes a read for a look-up. */
function givenInputs(props: Values): Values | undefined {
  if (props["__state"] === undefined) return undefined;
  return Object.fromEntries(metadataIn(props).given.map((name) => [name, props[name]]));
}

/** Tests send whole URNs. The state has a short form of the last one. */
function withUrnAsSent(values: Values, sent: readonly Values[]): Values {
  const urns = sent.map(({ __urn }) => __urn).filter((urn) => typeof urn === "string");
  const urn = urns.find((one) => shortUrn(one) === values["__urn"]);
  return urn === undefined ? values : { ...values, __urn: urn };
}

function urnIn({ __urn }: Values): Values {
  return __urn === undefined ? {} : { __urn };
}
