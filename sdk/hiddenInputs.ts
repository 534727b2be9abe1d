import * as pulumi from "@pulumi/pulumi";
import { defaultName } from "./defaultName";

/** Hidden inputs that mark other inputs: the engine does not tell a dynamic provider which of them are unknown or secret. */
export interface HiddenMarks {
  /**
   * Names of the inputs whose value is not known, as a whole or in part. In an update that goes on after a failure, the engine leaves
   * such values out when it asks about a resource that it is going to skip. Without this mark they would look removed.
   */
  readonly __unknown: Promise<string[] | undefined>;
  /** Names of the inputs that hold a secret, as a whole or in part: the provider gets their values in clear, and must never print them. */
  readonly __secrets: Promise<string[] | undefined>;
}

export function hiddenUnknown(inputs: pulumi.Inputs): Pick<HiddenMarks, "__unknown"> {
  return { __unknown: namesThat(inputs, async ({ isKnown }) => !(await isKnown)) };
}

export function hiddenMarks(inputs: pulumi.Inputs): HiddenMarks {
  return {
    ...hiddenUnknown(inputs),
    __secrets: namesThat(inputs, ({ isSecret }) => isSecret),
  };
}

/** What an output knows beside its value. */
interface OutputMarks {
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}

async function namesThat(
  inputs: pulumi.Inputs,
  holds: (marks: OutputMarks) => Promise<boolean>,
): Promise<string[] | undefined> {
  const names = Object.keys(inputs).filter((name) => inputs[name] !== undefined);
  const found = await Promise.all(names.map(async (name) => ((await ofInput(inputs[name], holds)) ? [name] : [])));
  return found.flat().length === 0 ? undefined : found.flat();
}

async function ofInput(
  value: pulumi.Input<unknown>,
  holds: (marks: OutputMarks) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await holds(pulumi.output(value));
  } catch {
    // A value that fails stops the registration with an error of its own.
    return false;
  }
}

/** The hidden input that names the resource: the engine does not tell a dynamic provider the URN. */
export interface HiddenUrn {
  readonly __urn: pulumi.Output<string>;
}

export function hiddenUrn(type: string, name: string, options: pulumi.CustomResourceOptions | undefined): HiddenUrn {
  return { __urn: pulumi.createUrn(name, type, parentUrn(options)) };
}

/** The hidden input with the name that a resource has if its program gives it none. */
export interface HiddenDefaultName {
  readonly __defaultName: pulumi.Output<string>;
}

export function hiddenDefaultName(name: string, options: pulumi.CustomResourceOptions | undefined): HiddenDefaultName {
  return { __defaultName: pulumi.output(parentUrn(options) ?? "").apply((urn) => defaultName(name, urn)) };
}

/** The URN of the parent, without a dependency on it: a component depends on its children, so a child would wait for itself. */
function parentUrn(options: pulumi.CustomResourceOptions | undefined): Promise<string> | undefined {
  const urn = options?.parent?.urn;
  if (urn === undefined) return undefined;
  return new Promise((resolve) => {
    urn.apply(resolve);
  });
}
