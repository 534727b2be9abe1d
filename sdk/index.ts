export { Backend } from "./backend";
export type { BackendArgs, BackendTimeouts } from "./backend";
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
  GetGraphqlSchemaArgs,
  GetGraphqlSchemaOutputArgs,
  GetGraphqlSchemaResult,
  GetLambdaLogsArgs,
  GetLambdaLogsOutputArgs,
  LookupOptions,
} from "./functions";
export { GraphqlSchema } from "./graphqlSchema";
export type { GraphqlSchemaArgs, GraphqlSchemaTimeouts, SchemaAuthorization } from "./graphqlSchema";
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
  GraphqlSchemaDescription,
  RestoreStatus,
  SchemaChange,
  SchemaGrade,
  TriggerValue,
} from "../provider/types";
