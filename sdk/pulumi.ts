// The parts of Pulumi's SDK that this package needs. The index of the SDK, and that of its runtime, also load the Automation API and TypeScript, which
// costs a program that does not import them itself more than everything else here.
export * as asset from "@pulumi/pulumi/asset";
export * from "@pulumi/pulumi/config";
export * from "@pulumi/pulumi/errors";
export * from "@pulumi/pulumi/metadata";
export * from "@pulumi/pulumi/output";
export * from "@pulumi/pulumi/resource";
export { invoke } from "@pulumi/pulumi/runtime/invoke";
export { getMonitor, isDryRun } from "@pulumi/pulumi/runtime/settings";
