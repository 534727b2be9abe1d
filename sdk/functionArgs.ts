import type * as pulumi from "./pulumi";
import type { BackendDescription, GraphqlSchemaDescription, ObjectStoreCredentials } from "../provider/types";
import type { Backend } from "./backend";
import type { Provider } from "./provider";
import type { ObjectStoreCredentialsArgs } from "./types";

/** Inputs of {@link getBackend}: exactly one of the two. */
export interface GetBackendArgs {
  /** Uid of the backend, like "0x42". */
  uid?: string | undefined;
  /** Name of the backend; it must be the only one of that name. */
  name?: string | undefined;
}

/** Inputs of {@link getBackendOutput}. */
export interface GetBackendOutputArgs {
  /** Uid of the backend, like "0x42". */
  uid?: pulumi.Input<string> | undefined;
  /** Name of the backend; it must be the only one of that name. */
  name?: pulumi.Input<string> | undefined;
}

/** Inputs of {@link getBackups}. */
export interface GetBackupsArgs {
  /** Uid of the backend, like "0x42". Dedicated backends only. */
  uid: string;
}

/** Inputs of {@link getBackupsOutput}. */
export interface GetBackupsOutputArgs {
  /** The backend or its uid. Dedicated backends only. */
  uid: Backend | pulumi.Input<string>;
}

/** Inputs of {@link getBackups} for a cluster of your own. */
export interface GetClusterBackupsArgs {
  /** Where the backups are: a folder on the machine of Alpha, or an object store, as `destination` of a {@link Backup}. */
  location: string;
  /** Credentials of the object store. Default: those that Alpha finds on its machine. A secret. */
  credentials?: ObjectStoreCredentials | undefined;
}

/** Inputs of {@link getBackupsOutput} for a cluster of your own. */
export interface GetClusterBackupsOutputArgs {
  /** Where the backups are: a folder on the machine of Alpha, or an object store, as `destination` of a {@link Backup}. */
  location: pulumi.Input<string>;
  /** Credentials of the object store. Default: those that Alpha finds on its machine. A secret. */
  credentials?: pulumi.Input<ObjectStoreCredentialsArgs> | undefined;
}

/** Inputs of {@link getGraphqlSchema}. */
export interface GetGraphqlSchemaArgs {
  /** Uid of the backend, like "0x42". Required with an account; with a cluster, leave it out. */
  backend?: string | undefined;
}

/** Inputs of {@link getGraphqlSchemaOutput}. */
export interface GetGraphqlSchemaOutputArgs {
  /** The backend or its uid. Required with an account; with a cluster, leave it out. */
  backend?: Backend | pulumi.Input<string> | undefined;
}

/** Inputs of {@link getLambdaLogs}. */
export interface GetLambdaLogsArgs {
  /** Uid of the backend, like "0x42". */
  backend: string;
  /** The earliest moment, passed on to the service as it is. Default: no limit. */
  start?: string | undefined;
  /** The latest moment, passed on to the service as it is. Default: no limit. */
  end?: string | undefined;
}

/** Inputs of {@link getLambdaLogsOutput}. */
export interface GetLambdaLogsOutputArgs {
  /** The backend or its uid. */
  backend: Backend | pulumi.Input<string>;
  /** The earliest moment, passed on to the service as it is. Default: no limit. */
  start?: pulumi.Input<string> | undefined;
  /** The latest moment, passed on to the service as it is. Default: no limit. */
  end?: pulumi.Input<string> | undefined;
}

/** Options of the functions. */
export interface LookupOptions {
  /** The account or the cluster to look into. Default: the one that the stack's settings name. */
  provider?: Provider | undefined;
}

/** A backend as the service lists it. */
export interface GetBackendResult extends Omit<BackendDescription, "jwtToken"> {
  /** Token for the backend's endpoints. A secret. */
  readonly jwtToken: pulumi.Output<string>;
}

/** The GraphQL schema of a backend. */
export interface GetGraphqlSchemaResult extends Omit<GraphqlSchemaDescription, "schema"> {
  /**
   * The text as it was uploaded; empty when there is none. A secret if it has a line `# Dgraph.Authorization` or `# Dgraph.Secret`, which may
   * hold one.
   */
  readonly schema: pulumi.Output<string>;
}
