import { HostProcess } from "./host/process";
import { dynamicProvider } from "./host/dynamic";
import type { DynamicProvider } from "./host/dynamicProvider";
import { resources } from "./host/resources";

export {
  findBackend,
  listBackends,
  listBackups,
  listClusterBackups,
  listLambdaLogs,
  readGraphqlSchema,
} from "./functions";
export type { BackendDescription, BackendSize, BackupDescription, DeploymentMode, DeploymentType } from "./types";

const host = new HostProcess();

/** The dynamic provider of `Backend`, which the delegate in users' states loads by this name: it must never change. */
export const backend: DynamicProvider = dynamicProvider(resources.backend, host);

/** The dynamic provider of `RestoreRequest`. Its name must never change. */
export const restoreRequest: DynamicProvider = dynamicProvider(resources.restoreRequest, host);

/** The dynamic provider of `RestoreCompletion`. Its name must never change. */
export const restoreCompletion: DynamicProvider = dynamicProvider(resources.restoreCompletion, host);

/** The dynamic provider of `DataDrop`. Its name must never change. */
export const dataDrop: DynamicProvider = dynamicProvider(resources.dataDrop, host);

/** The dynamic provider of `GraphqlSchema`. Its name must never change. */
export const graphqlSchema: DynamicProvider = dynamicProvider(resources.graphqlSchema, host);

/** The dynamic provider of `Backup`. Its name must never change. */
export const backup: DynamicProvider = dynamicProvider(resources.backup, host);
