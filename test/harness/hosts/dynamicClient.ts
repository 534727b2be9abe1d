import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { delegate, type Kind } from "../../../provider/host/delegate";
import type { ResourceCalls } from "../../../provider/host/plugin/resource";
import { partialFailureOf } from "./partialFailure";
import type { Provider } from "./provider";
import { structOf, type Values } from "./protocol";

/** The real dynamic-provider host, called as the engine calls it: with the delegate's text of stored states, and without URNs. */
export class DynamicClient implements Provider {
  constructor(
    private readonly kind: Kind,
    private readonly calls: ResourceCalls,
  ) {}

  async check(
    olds: Values,
    news: Values,
  ): Promise<{ inputs: Values; failures: { property: string; reason: string }[] }> {
    const request = new messages.CheckRequest();
    request.setOlds(this.struct(olds));
    request.setNews(this.struct(news));
    const response = await answer(this.calls.check(request));
    return {
      inputs: valuesOf(response.getInputs()),
      failures: response
        .getFailuresList()
        .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() })),
    };
  }

  async diff(
    id: string,
    olds: Values,
    news: Values,
  ): Promise<{ changes?: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
    const request = new messages.DiffRequest();
    request.setId(id);
    request.setOlds(this.struct(olds));
    request.setNews(this.struct(news));
    const response = await answer(this.calls.diff(request));
    const changes = [undefined, false, true][response.getChanges()];
    return {
      ...(changes !== undefined && { changes }),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(inputs: Values): Promise<{ id: string; outs: Values }> {
    const request = new messages.CreateRequest();
    request.setProperties(this.struct(inputs));
    const response = await answer(this.calls.create(request));
    return { id: response.getId(), outs: valuesOf(response.getProperties()) };
  }

  async read(id: string, properties: Values = {}): Promise<{ id: string; props: Values; inputs?: Values }> {
    const request = new messages.ReadRequest();
    request.setId(id);
    request.setProperties(this.struct(properties));
    const response = await answer(this.calls.read(request));
    return {
      id: response.getId(),
      props: valuesOf(response.getProperties()),
      ...(response.hasInputs() && { inputs: valuesOf(response.getInputs()) }),
    };
  }

  async update(id: string, olds: Values, news: Values): Promise<{ outs: Values }> {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setOlds(this.struct(olds));
    request.setNews(this.struct(news));
    const response = await answer(this.calls.update(request));
    return { outs: valuesOf(response.getProperties()) };
  }

  async delete(id: string, properties: Values): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(id);
    request.setProperties(this.struct(properties));
    await answer(this.calls.delete(request));
  }

  private struct(values: Values): Struct {
    return structOf({ ...values, __provider: delegate(this.kind) });
  }
}

function valuesOf(struct: Struct | undefined): Values {
  return struct?.toJavaScript() ?? {};
}

async function answer<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw partialFailureOf(error, valuesOf);
  }
}
