import * as pulumi from "./pulumi";
import type { Host, Registration } from "./host";
import { shortenStackTraces } from "./stackTraces";

/** Adds an output that is a secret, beside those that the program names. */
export function withSecretOutputs(
  options: pulumi.CustomResourceOptions | undefined,
  ...names: readonly string[]
): pulumi.CustomResourceOptions {
  return { ...options, additionalSecretOutputs: [...(options?.additionalSecretOutputs ?? []), ...names] };
}

/** What the resources of this package have in common: how they register with the engine. */
export abstract class RegisteredResource extends pulumi.CustomResource {
  /** @internal */
  constructor(host: Host, registration: Registration) {
    host.requireProvider();
    const { kind, name, outputs, inputs, hidden, options } = registration;
    const properties = { ...outputs, ...inputs, ...hidden, ...host.hiddenInputs(registration) };
    const restoreStackTraces = shortenStackTraces();
    try {
      super(host.typeOf(kind), name, properties, host.optionsOf(kind, options));
    } finally {
      restoreStackTraces();
    }
  }
}

/** What the components of this package have in common. */
export abstract class RegisteredComponent extends pulumi.ComponentResource {
  /** @internal */
  constructor(host: Host, type: string, name: string, options: pulumi.ComponentResourceOptions) {
    host.requireProvider();
    const restoreStackTraces = shortenStackTraces();
    try {
      super(type, name, {}, options);
    } finally {
      restoreStackTraces();
    }
  }
}
