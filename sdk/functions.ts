import * as pulumi from "@pulumi/pulumi";
import { pointerTo } from "../provider/errors/codes";
import { findBackend, listBackends, listBackups, listLambdaLogs, readGraphqlSchema } from "../provider";
import type { BackendDescription, BackupDescription, GraphqlSchemaDescription } from "../provider/types";
import type { Backend } from "./backend";
import { secretWhereNeeded } from "./graphqlSchema";
import { callMocks, listFromMocks, underMocks } from "./mocks";
import { type Provider, type ResolvedSettings, settingNames } from "./provider";
import { uidOf } from "./types";

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

/** Inputs of {@link getGraphqlSchema}. */
export interface GetGraphqlSchemaArgs {
  /** Uid of the backend, like "0x42". */
  backend: string;
}

/** Inputs of {@link getGraphqlSchemaOutput}. */
export interface GetGraphqlSchemaOutputArgs {
  /** The backend or its uid. */
  backend: Backend | pulumi.Input<string>;
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

/**
 * Looks up a backend by uid or by name (operation `deployments`).
 *
 * @throws If there is no such backend, or if several have the name.
 */
export async function getBackend(args: GetBackendArgs, options?: LookupOptions): Promise<GetBackendResult> {
  return withSecret(
    underMocks() ? await mockedBackend(args, options) : await findBackend(await settingsOf(options), args),
  );
}

/** Like {@link getBackend}, for inputs that are outputs of resources. The whole result is a secret, since it contains a token. */
export function getBackendOutput(
  args: GetBackendOutputArgs,
  options?: LookupOptions,
): pulumi.Output<BackendDescription> {
  const found = underMocks()
    ? pulumi.output(args).apply((which) => mockedBackend(which, options))
    : pulumi.all([pulumi.output(args), settings(options)]).apply(([which, account]) => findBackend(account, which));
  return pulumi.secret(found);
}

/** Looks up all backends of the account (operation `deployments`). */
export async function getBackends(options?: LookupOptions): Promise<GetBackendResult[]> {
  const found = underMocks() ? await mockedBackends(options) : await listBackends(await settingsOf(options));
  return found.map(withSecret);
}

/** Like {@link getBackends}, as an output. The whole result is a secret, since it contains tokens. */
export function getBackendsOutput(options?: LookupOptions): pulumi.Output<BackendDescription[]> {
  return pulumi.secret(underMocks() ? pulumi.output(mockedBackends(options)) : settings(options).apply(listBackends));
}

/**
 * Looks up the backups of a backend, the oldest first (operation `listBackups`, asked of the backend itself).
 *
 * @throws If there is no such backend, or if it cannot have backups: only dedicated ones do.
 */
export async function getBackups(args: GetBackupsArgs, options?: LookupOptions): Promise<BackupDescription[]> {
  return underMocks() ? mockedBackups(args.uid, options) : listBackups(await settingsOf(options), args.uid);
}

/** Like {@link getBackups}, for inputs that are outputs of resources. */
export function getBackupsOutput(
  args: GetBackupsOutputArgs,
  options?: LookupOptions,
): pulumi.Output<BackupDescription[]> {
  const uid = uidOf(args.uid);
  return underMocks()
    ? uid.apply((one) => mockedBackups(one, options))
    : pulumi.all([uid, settings(options)]).apply(([one, account]) => listBackups(account, one));
}

/**
 * Looks up the GraphQL schema of a backend (operation `getGQLSchema`, asked of the backend itself).
 *
 * @throws If there is no such backend.
 */
export async function getGraphqlSchema(
  args: GetGraphqlSchemaArgs,
  options?: LookupOptions,
): Promise<GetGraphqlSchemaResult> {
  const found = underMocks()
    ? await mockedSchema(args.backend, options)
    : await readGraphqlSchema(await settingsOf(options), args.backend);
  return { ...found, schema: secretWhereNeeded(found.schema, found.schema) };
}

/** Like {@link getGraphqlSchema}, for inputs that are outputs of resources. The whole result is a secret if the text may hold one. */
export function getGraphqlSchemaOutput(
  args: GetGraphqlSchemaOutputArgs,
  options?: LookupOptions,
): pulumi.Output<GraphqlSchemaDescription> {
  const uid = uidOf(args.backend);
  const found = underMocks()
    ? uid.apply((one) => mockedSchema(one, options))
    : pulumi.all([uid, settings(options)]).apply(([one, account]) => readGraphqlSchema(account, one));
  return found.apply((description) => secretWhereNeeded(description.schema, description));
}

/**
 * Looks up what the lambda of a backend has printed (operation `getLambdaLogs`).
 *
 * @throws If there is no such backend.
 */
export async function getLambdaLogs(args: GetLambdaLogsArgs, options?: LookupOptions): Promise<string[]> {
  return underMocks() ? mockedLogs(args, options) : listLambdaLogs(await settingsOf(options), args);
}

/** Like {@link getLambdaLogs}, for inputs that are outputs of resources. */
export function getLambdaLogsOutput(args: GetLambdaLogsOutputArgs, options?: LookupOptions): pulumi.Output<string[]> {
  const which = pulumi.output({ ...args, backend: uidOf(args.backend) });
  return underMocks()
    ? which.apply((one) => mockedLogs(one, options))
    : pulumi.all([which, settings(options)]).apply(([one, account]) => listLambdaLogs(account, one));
}

function mockedBackend(args: GetBackendArgs, options: LookupOptions | undefined): Promise<BackendDescription> {
  return callMocks("getBackend", { ...args }, options?.provider);
}

function mockedBackends(options: LookupOptions | undefined): Promise<BackendDescription[]> {
  return listFromMocks("getBackends", {}, options?.provider, "backends");
}

function mockedBackups(uid: string, options: LookupOptions | undefined): Promise<BackupDescription[]> {
  return listFromMocks("getBackups", { uid }, options?.provider, "backups");
}

function mockedSchema(backend: string, options: LookupOptions | undefined): Promise<GraphqlSchemaDescription> {
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
