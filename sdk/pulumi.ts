// The parts of Pulumi's SDK that this package needs. The indexes of the SDK and of its runtime also load the Automation API and TypeScript. A program
// that does not need these would spend more on them than on all of this package.
export * as asset from "@pulumi/pulumi/asset";
export * from "@pulumi/pulumi/config";
export * from "@pulumi/pulumi/errors";
export * from "@pulumi/pulumi/metadata";
export * from "@pulumi/pulumi/output";
export * from "@pulumi/pulumi/resource";
export { invoke } from "@pulumi/pulumi/runtime/invoke";
export { getMonitor, isDryRun } from "@pulumi/pulumi/runtime/settings";
