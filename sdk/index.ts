export { Backend } from "./backend";
export type { BackendArgs, BackendTimeouts } from "./backend";
export { DataDrop } from "./dataDrop";
export type { DataDropArgs, DataDropTimeouts } from "./dataDrop";
export {
  getBackend,
  getBackendOutput,
  getBackends,
  getBackendsOutput,
  getBackups,
  getBackupsOutput,
} from "./functions";
export type {
  GetBackendArgs,
  GetBackendOutputArgs,
  GetBackendResult,
  GetBackupsArgs,
  GetBackupsOutputArgs,
  LookupOptions,
} from "./functions";
export { Provider } from "./provider";
export type { ProviderArgs } from "./provider";
export { Restore } from "./restore";
export type { RestoreArgs, RestoreTimeouts } from "./restore";
export type { Triggers } from "./types";
export type {
  BackendDescription,
  BackendSize,
  BackupDescription,
  DeploymentMode,
  DeploymentType,
  RestoreStatus,
  TriggerValue,
} from "../provider/types";
