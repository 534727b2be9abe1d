import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** Inputs of the package's own: dynamic providers are told neither name nor URN, so the program sends both along. */
export interface HiddenInputs {
  readonly __urn: pulumi.Output<string>;
  readonly __defaultName: pulumi.Output<string>;
}

export function hiddenInputs(
  type: string,
  name: string,
  options: pulumi.CustomResourceOptions | undefined,
): HiddenInputs {
  const parent = options?.parent === undefined ? undefined : plain(options.parent.urn);
  return {
    __urn: pulumi.createUrn(name, type, parent),
    __defaultName: pulumi.output(parent ?? "").apply((urn) => defaultName(name, urn)),
  };
}

/** Without its dependency: a component stands for its children, so that a child would wait for itself. */
function plain(urn: pulumi.Output<string>): Promise<string> {
  return new Promise((resolve) => {
    urn.apply(resolve);
  });
}

/** The logical name and seven hexadecimal digits that tell apart what has the same name in other stacks. */
export function defaultName(name: string, parentUrn: string): string {
  const scope = JSON.stringify([pulumi.getProject(), pulumi.getStack(), parentUrn, name]);
  return `${name}-${createHash("sha256").update(scope).digest("hex").slice(0, 7)}`;
}
