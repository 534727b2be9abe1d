export { Backend } from "./backend";
export type { BackendArgs, BackendTimeouts } from "./backend";
export { Backup } from "./backup";
export type { BackupArgs, BackupTimeouts } from "./backup";
export { DataDrop } from "./dataDrop";
export type { DataDropArgs, DataDropTimeouts } from "./dataDrop";
export { Environment } from "./environment";
export type { EnvironmentArgs, EnvironmentSeed } from "./environment";
export {
  getBackend,
  getBackendOutput,
  getBackends,
  getBackendsOutput,
  getBackups,
  getBackupsOutput,
  getGraphqlSchema,
  getGraphqlSchemaOutput,
  getLambdaLogs,
  getLambdaLogsOutput,
} from "./functions";
export type {
  GetBackendArgs,
  GetBackendOutputArgs,
  GetBackendResult,
  GetBackupsArgs,
  GetBackupsOutputArgs,
  GetClusterBackupsArgs,
  GetClusterBackupsOutputArgs,
  GetGraphqlSchemaArgs,
  GetGraphqlSchemaOutputArgs,
  GetGraphqlSchemaResult,
  GetLambdaLogsArgs,
  GetLambdaLogsOutputArgs,
  LookupOptions,
} from "./functionArgs";
export { GraphqlSchema } from "./graphqlSchema";
export type { GraphqlSchemaArgs, GraphqlSchemaTimeouts, SchemaAuthorization } from "./graphqlSchema";
export { Provider } from "./provider";
export type { ProviderArgs } from "./provider";
export { Restore } from "./restore";
export type { RestoreArgs, RestoreTimeouts } from "./restoreArgs";
export type { ObjectStoreCredentialsArgs, Triggers } from "./types";
export type {
  BackendDescription,
  BackendSize,
  BackupContents,
  BackupDescription,
  ClusterBackupDescription,
  DeploymentMode,
  DeploymentType,
  GraphqlSchemaDescription,
  ObjectStoreCredentials,
  RestoreStatus,
  SchemaChange,
  SchemaGrade,
  TriggerValue,
} from "../provider/types";
