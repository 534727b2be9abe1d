import { dynamicProvider } from "../../../provider/host/dynamic";
import type { DynamicProvider } from "../../../provider/host/dynamicProvider";
import type { Outputs } from "../../../provider/host/plugin/packageSchema";
import { PluginResource } from "../../../provider/host/plugin/resource";
import type { HostProcess } from "../../../provider/host/process";
import type { Resource, State } from "../../../provider/resource/resource";
import { testedHost } from "../testedHost";
import { outputsOf } from "./packageSchema";
import { PluginProvider } from "./pluginProvider";

/** The calls about one type of resource, as the dynamic host has them: plain values, and partial failures with an id and properties. */
export type Provider = Omit<DynamicProvider, "configure">;

/** Puts a resource behind the tested host, in this process. Both hosts are then called in the same way. */
export function providerOf<Inputs, S extends State>(
  resource: Resource<Inputs, S>,
  host: HostProcess,
  outputs?: Outputs,
): Provider {
  if (testedHost === "dynamic") return dynamicProvider(() => resource, host);
  const known = outputs ?? outputsOf(resource.kind);
  return new PluginProvider(new PluginResource(resource, host, known), known);
}
