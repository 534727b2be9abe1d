import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { Field } from "../../resource/fields";
import type { Given, Stored } from "../../resource/hostInterface";
import { Lifecycle } from "../../resource/lifecycle";
import type { Resource, State } from "../../resource/resource";
import { shortUrn } from "../../resource/typeTokens";
import type { Values } from "../../resource/values";
import { delegate, type Kind } from "../delegate";
import { checkFailure } from "../failures";
import { missingInputs, withoutDelegate } from "../hiddenInputs";
import type { HostProcess } from "../process";
import { detailsOf } from "./differences";
import { initFailure } from "./failures";
import { dynamicUrn, knownProtection } from "./hiddenInputs";
import type { Outputs } from "./packageSchema";
import { type Properties, readKeepingSecrets as read, writeProperties } from "./properties";

/** The calls of the engine about one resource. */
export interface ResourceCalls {
  check(request: messages.CheckRequest): Promise<messages.CheckResponse>;
  diff(request: messages.DiffRequest): Promise<messages.DiffResponse>;
  create(request: messages.CreateRequest): Promise<messages.CreateResponse>;
  read(request: messages.ReadRequest): Promise<messages.ReadResponse>;
  update(request: messages.UpdateRequest): Promise<messages.UpdateResponse>;
  delete(request: messages.DeleteRequest): Promise<Empty>;
}

/** Puts a resource behind the engine's plugin protocol. */
export class PluginResource<Inputs, S extends State> implements ResourceCalls {
  private readonly fields: Readonly<Record<string, Field>>;
  private readonly lifecycle: Lifecycle<Inputs, S>;

  constructor(
    private readonly resource: Resource<Inputs, S>,
    private readonly host: HostProcess,
    private readonly outputs: Outputs,
  ) {
    this.fields = resource.fields;
    this.lifecycle = new Lifecycle(resource, host);
  }

  async check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
    const [urn, olds, news] = [request.getUrn(), read(request.getOlds()), read(request.getNews())];
    const before = withoutDelegate(olds.values);
    const missing = missingInputs(news.values, before);
    const hidden = {
      ...news.values,
      ...this.protection(urn, before, news.values),
      __secrets: news.secrets,
    };
    const checked = await this.lifecycle.check(before, { urn, news: hidden, missing });
    // The engine tells it with every call.
    const inputs = { ...checked.inputs, __secrets: undefined };
    const response = new messages.CheckResponse();
    response.setInputs(this.write(inputs, [news]));
    response.setFailuresList(
      checked.failures.map((failure) => {
        const { property, reason } = checkFailure(this.fields, failure, news.secrets);
        return new messages.CheckFailure().setProperty(property).setReason(reason);
      }),
    );
    return response;
  }

  async diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
    const [olds, news] = [read(request.getOlds()), read(request.getNews())];
    const before = withoutDelegate(olds.values);
    const given = this.given(request, news);
    return detailsOf(await this.lifecycle.diff(request.getId(), before, given), before, given.news, [
      ...olds.secrets,
      ...news.secrets,
    ]);
  }

  async create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    const news = read(request.getProperties());
    const given = this.given(request, news);
    if (request.getPreview()) {
      const known = this.lifecycle.previewCreate(given, this.outputs.names);
      return new messages.CreateResponse().setProperties(this.write(known, [news]));
    }
    return this.keeping(request, [news], async () => {
      const { id, outputs } = await this.lifecycle.create(given);
      return new messages.CreateResponse().setId(id).setProperties(this.writeState(request, outputs, [news]));
    });
  }

  async read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
    const [id, props, inputs] = [request.getId(), read(request.getProperties()), read(request.getInputs())];
    const known = [props, inputs];
    const stored = this.stored(request, props);
    // An import has no state, which newer engines send as an empty one. A program that looks up an object has a hidden input for this.
    const isImport = isEmpty(props);
    // A generated sdk sends none, so that its first look-up is taken for an import. Only an object that the stack manages has inputs in the
    // state: as one of the stack, the other one would keep the Backend of the same uid from being deleted.
    const isLookUp = !isImport && isEmpty(inputs);
    const found = await (isImport
      ? this.lifecycle.import(id, stored)
      : this.lifecycle.read(id, isLookUp ? { ...stored, props: {} } : stored));
    const response = new messages.ReadResponse();
    if (found === undefined) return response;
    response.setId(id).setProperties(this.writeState(request, found.outputs, known));
    if (found.inputs !== undefined) response.setInputs(this.write(withoutDelegate(found.inputs), known));
    return response;
  }

  async update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    const [olds, news] = [read(request.getOlds()), read(request.getNews())];
    const before = withoutDelegate(olds.values);
    const given = this.given(request, news);
    if (request.getPreview()) {
      const known = this.lifecycle.previewUpdate(before, given, this.outputs.names);
      return new messages.UpdateResponse().setProperties(this.writeState(request, known, [olds, news]));
    }
    return this.keeping(request, [olds, news], async () => {
      const outputs = await this.lifecycle.update(request.getId(), before, given);
      return new messages.UpdateResponse().setProperties(this.writeState(request, outputs, [olds, news]));
    });
  }

  async delete(request: messages.DeleteRequest): Promise<Empty> {
    await this.lifecycle.delete(request.getId(), this.stored(request, read(request.getProperties())));
    return new Empty();
  }

  /** Only actions, which are what has no read, ask whether their backend is protected. */
  private protection(urn: string, olds: Values, news: Values): Values {
    if (this.resource.read !== undefined) return {};
    return knownProtection(this.host.facts(), news, this.lifecycle.inputsInState(urn, olds));
  }

  private given(request: Timed, { values, secrets }: Properties): Given {
    const urn = request.getUrn();
    const news = {
      ...withoutDelegate(values),
      __urn: shortUrn(dynamicUrn(urn)),
      ...(secrets.length > 0 && { __secrets: secrets }),
    };
    return { urn, news, missing: missingInputs(values), timeoutMs: timeoutOf(request) };
  }

  private stored(request: Timed, { values }: Properties): Stored {
    return { urn: request.getUrn(), props: withoutDelegate(values), timeoutMs: timeoutOf(request) };
  }

  /** Lets the engine keep what an operation has left before it failed. */
  private async keeping<T>(request: Addressed, known: readonly Properties[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw initFailure(error, (outputs) => this.writeState(request, outputs, known));
    }
  }

  /** Outputs as the state keeps them, with what the dynamic host needs: a stack may move there before anything is changed. */
  private writeState(request: Addressed, outputs: Values, known: readonly Properties[]): Struct {
    const { kind } = this.resource;
    const __provider = delegate(`${kind.charAt(0).toLowerCase()}${kind.slice(1)}` as Kind);
    return this.write({ ...outputs, __provider, __urn: shortUrn(dynamicUrn(request.getUrn())) }, known);
  }

  private write(values: Values, known: readonly Properties[]): Struct {
    const secrets = Object.keys(values).filter((name) => this.fields[name]?.isSecret?.(values[name]) === true);
    const ofProgram = known.flatMap((properties) => properties.secrets);
    return writeProperties(values, [...this.outputs.secrets, ...secrets, ...ofProgram]);
  }
}

function isEmpty({ values }: Properties): boolean {
  return Object.keys(values).length === 0;
}

/** A call of the engine about one resource. */
interface Addressed {
  getUrn(): string;
}

/** A call with the resource option `customTimeouts`, in seconds; 0 where the program does not set it. */
interface Timed extends Addressed {
  getTimeout?(): number;
}

function timeoutOf(request: Timed): number {
  return (request.getTimeout?.() ?? 0) * 1_000;
}
