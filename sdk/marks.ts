import * as pulumi from "@pulumi/pulumi";

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
