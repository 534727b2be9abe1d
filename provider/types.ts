// What programs see of the provider. Written plainly: the compiler that the engine brings along for programs without one is an old one.

/** Plan of a backend. */
export type DeploymentType = "free" | "shared" | "dedicated";

/** What a backend accepts: queries only, GraphQL, or GraphQL and DQL. */
export type DeploymentMode = "readonly" | "graphql" | "flexible";

/** Machine size of a dedicated backend. */
export type BackendSize = "small" | "medium" | "large" | "xlarge";

/** A backend as the service lists it. */
export interface BackendDescription {
  /** Uid of the backend, like "0x42". */
  readonly uid: string;
  /** Its name as the service has it now; names need not be unique. */
  readonly name: string;
  /** Provider and region, like "us-east-1". */
  readonly zone: string;
  /** The plan; none when the service does not tell. */
  readonly deploymentType: string | undefined;
  /** What the backend lets through; none when the service does not tell. */
  readonly deploymentMode: string | undefined;
  /** Its owner, as the service tells it. */
  readonly owner: string | undefined;
  /** Bare host name: no scheme, no path. */
  readonly url: string;
  /** Address of its GraphQL endpoint. */
  readonly graphqlEndpoint: string;
  /** Address of its admin endpoint. */
  readonly adminEndpoint: string;
  /** Token for the backend's endpoints. A secret. */
  readonly jwtToken: string;
}

/** A backup of a backend. Backups come in series: a full one first, then incremental ones. */
export interface BackupDescription {
  /** The series, like "2021-15": what `backupFolder` of a Restore takes. */
  readonly folder: string;
  /** Number in the series, counted from 1: what `backupNum` of a Restore takes. */
  readonly backupNum: number;
  /** "full" or "incremental". */
  readonly type: string;
  /** When it was taken, like "2021-04-15T18:00:58+0000". */
  readonly timestamp: string;
}

/** A backup of a cluster of your own. Backups come in series: a full one first, then incremental ones. */
export interface ClusterBackupDescription {
  /** The series, like "elegant_rubin4": what `backupId` of a Restore takes. */
  readonly backupId: string;
  /** Number in the series, counted from 1: what `backupNum` of a Restore takes. */
  readonly backupNum: number;
  /** "full" or "incremental". */
  readonly type: string;
  /** Folder of its files below the location, like "dgraph.20261127.180058.123". */
  readonly path: string;
  /** Whether it is encrypted: then a Restore needs `encryptionKeyFile`. */
  readonly encrypted: boolean;
  /** When it was taken (ISO 8601). */
  readonly timestamp: string;
}

/** Credentials of an object store: `accessKey` and `secretKey`, or `anonymous`. */
export interface ObjectStoreCredentials {
  /** Access key. */
  readonly accessKey?: string | undefined;
  /** Secret key. */
  readonly secretKey?: string | undefined;
  /** Session token of temporary keys. */
  readonly sessionToken?: string | undefined;
  /** Uses the store without keys. */
  readonly anonymous?: boolean | undefined;
}

/** What a backup holds, in numbers of nodes. */
export interface BackupContents {
  /** Nodes by type, with the names that Dgraph stores. */
  readonly types: { readonly [name: string]: number };
  /** Nodes that have a predicate, by predicate. */
  readonly predicates: { readonly [name: string]: number };
}

/** The GraphQL schema of a backend. */
export interface GraphqlSchemaDescription {
  /** The text as it was uploaded; empty when there is none. */
  readonly schema: string;
  /** The whole API that Dgraph makes of it, in GraphQL's schema language; empty when there is none. */
  readonly generatedSchema: string;
}

/** What the engine says of a restore; UNKNOWN once it has forgotten it. */
export type RestoreStatus = "UNKNOWN" | "IN_PROGRESS" | "OK" | "ERR";

/** One value of `triggers`. */
export type TriggerValue = string | number | boolean;

/**
 * What a change of a schema does, the worst first: Dgraph refuses it; data stays and nobody can read it; reads fail; who may read changes; an
 * index is built; valid queries become invalid; nothing that existed changes.
 */
export type SchemaGrade =
  "REFUSED" | "HIDES_DATA" | "READS_FAIL" | "SECURITY" | "REINDEX" | "CLIENTS_BREAK" | "ADDITIVE";

/** One change of a schema. */
export interface SchemaChange {
  /** What it does. */
  readonly grade: SchemaGrade;
  /** What changes, like "User.email" or "Order": the path that `allow` names. */
  readonly path: string;
  /** The change in words. */
  readonly description: string;
}
