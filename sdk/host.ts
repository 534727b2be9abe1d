import { createRequire } from "node:module";
import * as pulumi from "./pulumi";
import { delegate, type Kind } from "../provider/host/delegate";
import { dynamicType } from "../provider/resource/typeTokens";
import { hiddenMarks, hiddenUnknown, hiddenUrn } from "./hiddenInputs";
import { requireInstalled } from "./install";

/** A resource that is about to be registered. */
export interface Registration {
  readonly kind: Kind;
  readonly name: string;
  /** The outputs, without values. */
  readonly outputs: pulumi.Inputs;
  /** What the program gives. Undefined for a resource that is only looked up. */
  readonly inputs: pulumi.Inputs | undefined;
  /** Hidden inputs that this kind has on every host. */
  readonly hidden?: pulumi.Inputs | undefined;
  readonly options: pulumi.CustomResourceOptions | undefined;
}

/** What differs for a program between the two hosts: the engine's own host of dynamic providers, and the plugin. */
export interface Host {
  /** Package of a Provider, as the engine names it. */
  readonly providerPackage: string;
  /** Whether the option `customTimeouts` reaches the provider. */
  readonly hasCustomTimeouts: boolean;
  /** Whether every output is unknown in the preview of an update, also one that stays. */
  readonly hidesOutputs: boolean;
  typeOf(kind: Kind): string;
  /** The class of this host for a class of the dynamic host. */
  classOf<Class extends object>(one: Class): Class;
  /** Stops a program for which the engine would not find the provider. */
  requireProvider(): void;
  /** Inputs that the host needs beside those of the program. */
  hiddenInputs(registration: Registration): pulumi.Inputs;
  /** With the alias that keeps a resource when its program moves from the other host. */
  optionsOf<Options extends pulumi.CustomResourceOptions>(kind: Kind, options: Options | undefined): Options;
  /** The property of a Provider that holds a setting. */
  propertyOf(setting: string): string;
  /** A Provider has no alias: resources that have not moved yet still need the one of their own host. */
  providerOptions(options: pulumi.ResourceOptions | undefined): pulumi.ResourceOptions;
}

const dynamicHost: Host = {
  providerPackage: "pulumi-nodejs",
  hasCustomTimeouts: false,
  hidesOutputs: true,
  typeOf: (kind) => dynamicType(capitalized(kind)),
  classOf: (one) => one,
  requireProvider: requireInstalled,
  hiddenInputs: ({ kind, name, inputs, options }) => ({
    ...(inputs && { ...hiddenUrn(name, options), ...hiddenMarks(inputs) }),
    __provider: delegate(kind),
  }),
  optionsOf: (kind, options) => withAlias(options, pluginHost.typeOf(kind)),
  propertyOf: (setting) => `dgraphcloud:${setting}`,
  providerOptions: (options = {}) => options,
};

/** The engine tells the plugin the URN and the secrets. What is not known it leaves out, as for a dynamic provider. */
const pluginHost: Host = {
  providerPackage: "dgraphcloud",
  hasCustomTimeouts: true,
  hidesOutputs: false,
  typeOf: (kind) => `dgraphcloud:index:${capitalized(kind)}`,
  classOf: (one) => (pluginClasses.get(one) ?? one) as typeof one,
  requireProvider: () => undefined,
  // Without any input, a look-up could not be told from an import.
  hiddenInputs: ({ inputs }) => (inputs === undefined ? { __lookup: true } : hiddenUnknown(inputs)),
  optionsOf: (kind, options) => withVersion(withAlias(options, dynamicHost.typeOf(kind))),
  propertyOf: (setting) => setting,
  providerOptions: (options) => withVersion(options),
};

/** The classes that the plugin serves, by those that they extend. */
const pluginClasses = new Map<object, object>();

/** Registers classes that the plugin serves. Each extends a class of the dynamic host, and adds nothing. */
export function serveByPlugin(classes: readonly object[]): void {
  for (const one of classes) pluginClasses.set(Object.getPrototypeOf(one) as object, one);
}

/** The host of a class, which may be a user's own subclass. A static method may lose its class: then it is the dynamic host. */
export function hostOf(target: object | undefined): Host {
  for (const one of pluginClasses.values())
    if (one === target || Object.prototype.isPrototypeOf.call(one, target as object)) return pluginHost;
  return dynamicHost;
}

/** The host of a resource of this kind, also one of another copy of this package. Undefined for any other value. */
export function hostOfResource(value: unknown, kind: Kind): Host | undefined {
  if (!pulumi.CustomResource.isInstance(value)) return undefined;
  const type = (value as { readonly __pulumiType?: unknown }).__pulumiType;
  return [dynamicHost, pluginHost].find((host) => host.typeOf(kind) === type);
}

function capitalized(kind: Kind): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** Adds the type of the other host as an alias, and to the aliases of the user: a stack may see a new name and a moved program in one run. */
function withAlias<Options extends pulumi.CustomResourceOptions>(options: Options | undefined, type: string): Options {
  const given = options?.aliases ?? [];
  const moved = given.filter((alias) => isWithoutType(alias)).map((alias) => ({ ...alias, type }));
  return { ...options, aliases: [...given, ...moved, { type }] } as Options;
}

function isWithoutType(alias: pulumi.Input<pulumi.URN | pulumi.Alias>): alias is pulumi.Alias {
  const isPlain = typeof alias === "object" && !pulumi.Output.isInstance(alias) && !(alias instanceof Promise);
  return isPlain && !("type" in alias);
}

/** Without a version, a program would run with any plugin of this name that the engine finds. */
function withVersion<Options extends pulumi.ResourceOptions>(options: Options | undefined): Options {
  const wanted = options?.version ?? version;
  return { ...options, ...(wanted !== undefined && { version: wanted }) } as Options;
}

/** The version of this package, which the plugin has too. */
const version = ownVersion();

function ownVersion(): string | undefined {
  try {
    const manifest = createRequire(__filename)("pulumi-dgraphcloud/package.json") as { readonly version: string };
    return manifest.version;
  } catch {
    // A bundle may be deployed without the package.
    return undefined;
  }
}
