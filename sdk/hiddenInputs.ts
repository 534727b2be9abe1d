import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";

/** Inputs of the package's own: what the engine does not tell the provider of the others. */
export interface HiddenMarks {
  /**
   * Names of those whose value, or a part of it, is not known. In an update that goes on after a failure the engine leaves such values
   * out before it asks the provider about a resource that it is going to skip: to the provider they would look forgotten.
   */
  readonly __unknown: Promise<string[] | undefined>;
  /** Names of those whose value, or a part of it, is a secret: the provider gets it in clear, and must print it nowhere. */
  readonly __secrets: Promise<string[] | undefined>;
}

export function hiddenMarks(inputs: pulumi.Inputs): HiddenMarks {
  return {
    __unknown: namesThat(inputs, async ({ isKnown }) => !(await isKnown)),
    __secrets: namesThat(inputs, ({ isSecret }) => isSecret),
  };
}

/** What an output tells of itself beside its value. */
interface Told {
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}

async function namesThat(
  inputs: pulumi.Inputs,
  holds: (told: Told) => Promise<boolean>,
): Promise<string[] | undefined> {
  const names = Object.keys(inputs).filter((name) => inputs[name] !== undefined);
  const found = await Promise.all(names.map(async (name) => ((await ofInput(inputs[name], holds)) ? [name] : [])));
  return found.flat().length === 0 ? undefined : found.flat();
}

async function ofInput(value: pulumi.Input<unknown>, holds: (told: Told) => Promise<boolean>): Promise<boolean> {
  try {
    return await holds(pulumi.output(value));
  } catch {
    // A value that fails stops the registration by itself, with its own words.
    return false;
  }
}

/** An input of the package's own: dynamic providers are not told the URN, so the program sends it along. */
export interface HiddenUrn {
  readonly __urn: pulumi.Output<string>;
}

/** The same for a resource that can be named by default. */
export interface HiddenInputs extends HiddenUrn {
  readonly __defaultName: pulumi.Output<string>;
}

export function hiddenUrn(type: string, name: string, options: pulumi.CustomResourceOptions | undefined): HiddenUrn {
  return { __urn: pulumi.createUrn(name, type, parentUrn(options)) };
}

export function hiddenInputs(
  type: string,
  name: string,
  options: pulumi.CustomResourceOptions | undefined,
): HiddenInputs {
  return {
    ...hiddenUrn(type, name, options),
    __defaultName: pulumi.output(parentUrn(options) ?? "").apply((urn) => defaultName(name, urn)),
  };
}

/** Without its dependency: a component stands for its children, so that a child would wait for itself. */
function parentUrn(options: pulumi.CustomResourceOptions | undefined): Promise<string> | undefined {
  const urn = options?.parent?.urn;
  if (urn === undefined) return undefined;
  return new Promise((resolve) => {
    urn.apply(resolve);
  });
}

/** The logical name and seven hexadecimal digits that tell apart what has the same name in other stacks. */
export function defaultName(name: string, parentUrn: string): string {
  const scope = JSON.stringify([pulumi.getProject(), pulumi.getStack(), parentUrn, name]);
  return `${name}-${createHash("sha256").update(scope).digest("hex").slice(0, 7)}`;
}
