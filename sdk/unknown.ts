import * as pulumi from "@pulumi/pulumi";

/** An input of the package's own: which of the others are not known. */
export interface HiddenUnknown {
  readonly __unknown: Promise<string[] | undefined>;
}

/**
 * Names of the inputs whose value, or a part of it, is not known. In an update that goes on after a failure the engine leaves such values
 * out before it asks the provider about a resource that it is going to skip: to the provider they would look forgotten.
 */
export function hiddenUnknown(inputs: pulumi.Inputs): HiddenUnknown {
  const names = Object.keys(inputs).filter((name) => inputs[name] !== undefined);
  const asked = names.map(async (name) => ((await isKnown(inputs[name])) ? [] : [name]));
  return { __unknown: Promise.all(asked).then((found) => (found.flat().length === 0 ? undefined : found.flat())) };
}

async function isKnown(value: pulumi.Input<unknown>): Promise<boolean> {
  try {
    return await (pulumi.output(value) as unknown as { readonly isKnown: Promise<boolean> }).isKnown;
  } catch {
    // A value that fails stops the registration by itself, with its own words.
    return true;
  }
}
