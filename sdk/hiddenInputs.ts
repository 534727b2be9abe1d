import * as pulumi from "./pulumi";
import { shortChildUrn, shortUrnOf } from "../provider/resource/typeTokens";

/**
 * Hidden inputs that mark other inputs: the engine does not tell a dynamic provider which of them are unknown or secret. Inputs that are plain values
 * get no marks.
 */
export interface HiddenMarks {
  /**
   * Names of the inputs whose value is not known, as a whole or in part. In an update that goes on after a failure, the engine leaves
   * such values out when it asks about a resource that it is going to skip. Without this mark they would look removed.
   */
  readonly __unknown?: Promise<string[] | undefined>;
  /** Names of the inputs that hold a secret, as a whole or in part: the provider gets their values in clear, and must never print them. */
  readonly __secrets?: Promise<string[] | undefined>;
}

export function hiddenUnknown(
  inputs: pulumi.Inputs,
  names: readonly string[] = namesToMark(inputs),
): Pick<HiddenMarks, "__unknown"> {
  if (names.length === 0) return {};
  return { __unknown: namesThat(inputs, names, async ({ isKnown }) => !(await isKnown)) };
}

export function hiddenMarks(inputs: pulumi.Inputs): HiddenMarks {
  const names = namesToMark(inputs);
  if (names.length === 0) return {};
  return { ...hiddenUnknown(inputs, names), __secrets: namesThat(inputs, names, ({ isSecret }) => isSecret) };
}

/** Names of the inputs that are not plain values. */
function namesToMark(inputs: pulumi.Inputs): string[] {
  return Object.keys(inputs).filter((name) => !isPlain(inputs[name]));
}

/** Whether a value has no part that the program does not know yet, or marks as a secret. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every(isPlain);
}

/** What an output knows beside its value. */
interface OutputMarks {
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}

async function namesThat(
  inputs: pulumi.Inputs,
  names: readonly string[],
  holds: (marks: OutputMarks) => Promise<boolean>,
): Promise<string[] | undefined> {
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
  readonly __urn: pulumi.Input<string>;
}

export function hiddenUrn(name: string, options: pulumi.CustomResourceOptions | undefined): HiddenUrn {
  const parent = options?.parent;
  const place = { stack: pulumi.getStack(), project: pulumi.getProject(), parents: "" };
  if (parent === undefined) return { __urn: shortUrnOf({ ...place, name }) };
  return { __urn: urnOf(parent).then((urn) => shortChildUrn(urn, name)) };
}

/** The URN of a resource, without a dependency on it: a component depends on its children, so a child would wait for itself. */
function urnOf({ urn }: pulumi.Resource): Promise<string> {
  return new Promise((resolve) => {
    urn.apply(resolve);
  });
}
