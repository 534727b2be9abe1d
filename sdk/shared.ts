/**
 * What both entries of this package have in common: `pulumi-dgraphcloud` and `pulumi-dgraphcloud/plugin`. The build makes one file of it, so
 * that they share one copy.
 */
export { Backend } from "./backend";
export { Backup } from "./backup";
export { DataDrop } from "./dataDrop";
export { Environment } from "./environment";
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
export { GraphqlSchema } from "./graphqlSchema";
export { serveByPlugin } from "./host";
export { Provider } from "./provider";
export { Restore } from "./restore";
