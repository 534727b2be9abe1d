export {
  Backend,
  Backup,
  DataDrop,
  Environment,
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
  GraphqlSchema,
  Provider,
  Restore,
} from "./shared";
export type { BackendArgs, BackendTimeouts } from "./backend";
export type { BackupArgs, BackupTimeouts } from "./backup";
export type { DataDropArgs, DataDropTimeouts } from "./dataDrop";
export type { EnvironmentArgs, EnvironmentSeed } from "./environment";
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
export type { GraphqlSchemaArgs, GraphqlSchemaTimeouts, SchemaAuthorization } from "./graphqlSchema";
export type { ProviderArgs } from "./provider";
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
