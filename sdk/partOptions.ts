import type * as pulumi from "./pulumi";
import type { Host } from "./host";

/** The options of a component that each of its parts gets; the others reach them through their parent. */
export function partOptions(
  { hasCustomTimeouts }: Host,
  options: pulumi.ComponentResourceOptions,
  parent: pulumi.ComponentResource,
): pulumi.CustomResourceOptions {
  const { protect, provider, replaceOnChanges, dependsOn, ignoreChanges, customTimeouts } = options;
  const given = {
    protect,
    provider,
    replaceOnChanges,
    dependsOn,
    ignoreChanges,
    ...(hasCustomTimeouts && { customTimeouts }),
  };
  return { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), parent };
}
