import * as pulumi from "./pulumi";
import { pointerTo } from "../provider/errors/codes";
import { settingNames } from "../provider/api/settingNames";
import type {
  BackendDescription,
  BackupDescription,
  ClusterBackupDescription,
  GraphqlSchemaDescription,
} from "../provider/types";
import type {
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
import { secretWhereNeeded } from "./graphqlSchema";
import { callMocks, listFromMocks, underMocks } from "./mocks";
import type { ResolvedSettings } from "./provider";
import { secretCredentials, uidIfGiven, uidOf } from "./types";

/** Loads the provider when a program first looks something up: most programs never do, and it takes longer to load than all classes. */
const provider = () => require("../provider") as typeof import("../provider");

/**
 * Looks up a backend by uid or by name (operation `deployments`).
 *
 * @throws If there is no such backend, or if several have the name.
 */
export async function getBackend(args: GetBackendArgs, options?: LookupOptions): Promise<GetBackendResult> {
  return withSecret(
    underMocks() ? await mockedBackend(args, options) : await provider().findBackend(await settingsOf(options), args),
  );
}

/** Like {@link getBackend}, for inputs that are outputs of resources. The whole result is a secret, since it contains a token. */
export function getBackendOutput(
  args: GetBackendOutputArgs,
  options?: LookupOptions,
): pulumi.Output<BackendDescription> {
  const found = underMocks()
    ? pulumi.output(args).apply((which) => mockedBackend(which, options))
    : pulumi
        .all([pulumi.output(args), settings(options)])
        .apply(([which, account]) => provider().findBackend(account, which));
  return pulumi.secret(found);
}

/** Looks up all backends of the account (operation `deployments`). */
export async function getBackends(options?: LookupOptions): Promise<GetBackendResult[]> {
  const found = underMocks() ? await mockedBackends(options) : await provider().listBackends(await settingsOf(options));
  return found.map(withSecret);
}

/** Like {@link getBackends}, as an output. The whole result is a secret, since it contains tokens. */
export function getBackendsOutput(options?: LookupOptions): pulumi.Output<BackendDescription[]> {
  return pulumi.secret(
    underMocks()
      ? pulumi.output(mockedBackends(options))
      : settings(options).apply((account) => provider().listBackends(account)),
  );
}

/**
 * Looks up the backups of a backend, or those in a location that a cluster of your own reads. The oldest comes first. The operation is
 * `listBackups`, asked of the backend or of the cluster.
 *
 * @throws If there is no such backend, if it cannot have backups (only dedicated ones do), or if the location cannot be read.
 */
export function getBackups(args: GetBackupsArgs, options?: LookupOptions): Promise<BackupDescription[]>;
export function getBackups(args: GetClusterBackupsArgs, options?: LookupOptions): Promise<ClusterBackupDescription[]>;
export async function getBackups(
  args: GetBackupsArgs | GetClusterBackupsArgs,
  options?: LookupOptions,
): Promise<BackupDescription[] | ClusterBackupDescription[]> {
  if (underMocks()) return mockedBackups<BackupDescription>(args, options);
  const account = await settingsOf(options);
  return "uid" in args ? provider().listBackups(account, args.uid) : provider().listClusterBackups(account, args);
}

/** Like {@link getBackups}, for inputs that are outputs of resources. */
export function getBackupsOutput(
  args: GetBackupsOutputArgs,
  options?: LookupOptions,
): pulumi.Output<BackupDescription[]>;
export function getBackupsOutput(
  args: GetClusterBackupsOutputArgs,
  options?: LookupOptions,
): pulumi.Output<ClusterBackupDescription[]>;
export function getBackupsOutput(
  args: GetBackupsOutputArgs | GetClusterBackupsOutputArgs,
  options?: LookupOptions,
): pulumi.Output<BackupDescription[] | ClusterBackupDescription[]> {
  const which: pulumi.Output<GetBackupsArgs | GetClusterBackupsArgs> =
    "uid" in args
      ? pulumi.output({ uid: uidOf(args.uid) })
      : pulumi.output({ location: args.location, credentials: secretCredentials(args.credentials) });
  if (underMocks()) return which.apply((one) => mockedBackups<BackupDescription>(one, options));
  return pulumi
    .all([which, settings(options)])
    .apply(([one, account]): Promise<BackupDescription[] | ClusterBackupDescription[]> =>
      "uid" in one ? provider().listBackups(account, one.uid) : provider().listClusterBackups(account, one),
    );
}

/**
 * Looks up the GraphQL schema of a backend, or of a cluster of your own (operation `getGQLSchema`, asked of the backend or of the cluster).
 *
 * @throws If there is no such backend.
 */
export async function getGraphqlSchema(
  args: GetGraphqlSchemaArgs = {},
  options?: LookupOptions,
): Promise<GetGraphqlSchemaResult> {
  const found = underMocks()
    ? await mockedSchema(args.backend, options)
    : await provider().readGraphqlSchema(await settingsOf(options), args.backend);
  return { ...found, schema: secretWhereNeeded(found.schema, found.schema) };
}

/** Like {@link getGraphqlSchema}, for inputs that are outputs of resources. The whole result is a secret if the text may hold one. */
export function getGraphqlSchemaOutput(
  args: GetGraphqlSchemaOutputArgs = {},
  options?: LookupOptions,
): pulumi.Output<GraphqlSchemaDescription> {
  const uid = pulumi.output(uidIfGiven(args.backend));
  const found = underMocks()
    ? uid.apply((one) => mockedSchema(one, options))
    : pulumi.all([uid, settings(options)]).apply(([one, account]) => provider().readGraphqlSchema(account, one));
  return found.apply((description) => secretWhereNeeded(description.schema, description));
}

/**
 * Looks up what the lambda of a backend has printed (operation `getLambdaLogs`).
 *
 * @throws If there is no such backend.
 */
export async function getLambdaLogs(args: GetLambdaLogsArgs, options?: LookupOptions): Promise<string[]> {
  return underMocks() ? mockedLogs(args, options) : provider().listLambdaLogs(await settingsOf(options), args);
}

/** Like {@link getLambdaLogs}, for inputs that are outputs of resources. */
export function getLambdaLogsOutput(args: GetLambdaLogsOutputArgs, options?: LookupOptions): pulumi.Output<string[]> {
  const which = pulumi.output({ ...args, backend: uidOf(args.backend) });
  return underMocks()
    ? which.apply((one) => mockedLogs(one, options))
    : pulumi.all([which, settings(options)]).apply(([one, account]) => provider().listLambdaLogs(account, one));
}

function mockedBackend(args: GetBackendArgs, options: LookupOptions | undefined): Promise<BackendDescription> {
  return callMocks("getBackend", { ...args }, options?.provider);
}

function mockedBackends(options: LookupOptions | undefined): Promise<BackendDescription[]> {
  return listFromMocks("getBackends", {}, options?.provider, "backends");
}

function mockedBackups<T>(
  args: GetBackupsArgs | GetClusterBackupsArgs,
  options: LookupOptions | undefined,
): Promise<T[]> {
  return listFromMocks("getBackups", { ...args }, options?.provider, "backups");
}

function mockedSchema(
  backend: string | undefined,
  options: LookupOptions | undefined,
): Promise<GraphqlSchemaDescription> {
  return callMocks("getGraphqlSchema", { backend }, options?.provider);
}

function mockedLogs(args: GetLambdaLogsArgs, options: LookupOptions | undefined): Promise<string[]> {
  return listFromMocks("getLambdaLogs", { ...args }, options?.provider, "logs");
}

function withSecret(description: BackendDescription): GetBackendResult {
  return { ...description, jwtToken: pulumi.secret(description.jwtToken) };
}

function settings(options: LookupOptions | undefined): pulumi.Output<ResolvedSettings> {
  if (options?.provider !== undefined) return options.provider.settings;
  const config = new pulumi.Config("dgraphcloud");
  return pulumi.output(Object.fromEntries(settingNames.map((name) => [name, config.get(name)])) as ResolvedSettings);
}

/** An output whose value can be waited for. */
interface Resolvable<T> {
  readonly isKnown: Promise<boolean>;
  promise(): Promise<T>;
}

async function settingsOf(options: LookupOptions | undefined): Promise<ResolvedSettings> {
  const found = settings(options) as unknown as Resolvable<ResolvedSettings>;
  // An unknown output never calls back: the program would end early, without a message.
  if (await found.isKnown) return found.promise();
  throw new Error(
    "The settings of this provider are not known in a preview.\nUse the function whose name ends in Output, or settings that are known.\n" +
      `See ${pointerTo("DGC503")}`,
  );
}
