import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

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
