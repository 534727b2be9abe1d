import type * as pulumi from "@pulumi/pulumi";

/** The options of a component that each of its parts gets; the others reach them through their parent. */
export function partOptions(
  { protect, provider, replaceOnChanges, dependsOn, ignoreChanges }: pulumi.ComponentResourceOptions,
  parent: pulumi.ComponentResource,
): pulumi.CustomResourceOptions {
  const given = { protect, provider, replaceOnChanges, dependsOn, ignoreChanges };
  return { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), parent };
}
