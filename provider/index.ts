import { backend as backendResource } from "./backend";
import { backup as backupResource } from "./backup";
import { dataDrop as dataDropResource } from "./dataDrop";
import { HostProcess } from "./host/process";
import { dynamicProvider } from "./host/dynamic";
import { restoreCompletion as restoreCompletionResource } from "./restore/completion";
import { restoreRequest as restoreRequestResource } from "./restore/request";
import { graphqlSchema as graphqlSchemaResource } from "./schema";

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
export const backend = dynamicProvider(backendResource, host);

/** The dynamic provider of `RestoreRequest`. Its name must never change. */
export const restoreRequest = dynamicProvider(restoreRequestResource, host);

/** The dynamic provider of `RestoreCompletion`. Its name must never change. */
export const restoreCompletion = dynamicProvider(restoreCompletionResource, host);

/** The dynamic provider of `DataDrop`. Its name must never change. */
export const dataDrop = dynamicProvider(dataDropResource, host);

/** The dynamic provider of `GraphqlSchema`. Its name must never change. */
export const graphqlSchema = dynamicProvider(graphqlSchemaResource, host);

/** The dynamic provider of `Backup`. Its name must never change. */
export const backup = dynamicProvider(backupResource, host);
