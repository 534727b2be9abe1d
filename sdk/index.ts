export { Backend } from "./backend";
export type { BackendArgs, BackendTimeouts } from "./backend";
export { getBackend, getBackendOutput, getBackends, getBackendsOutput } from "./functions";
export type { GetBackendArgs, GetBackendOutputArgs, GetBackendResult, LookupOptions } from "./functions";
export { Provider } from "./provider";
export type { ProviderArgs } from "./provider";
export type { BackendDescription, BackendSize, DeploymentMode, DeploymentType } from "../provider/types";
