import { isDeepStrictEqual } from "node:util";
import type { CreatedDeployment, Deployment, DeploymentUpdate, NewDeployment } from "../api/deployment";
import type { Identity } from "../api/identity";
import { endpointsOf } from "../api/settings";
import { givenNames } from "../resource/fields";
import type { Metadata } from "../resource/resource";
import type { Account } from "../run/account";
import { createKeyOf } from "../run/creates";
import { backendFields, type BackendInputs } from "./inputs";

export const backendStateVersion = 1;

/** The backend of a new resource, with the error that the service reported although it created the backend. */
export interface NewOrAdopted {
  readonly live: Deployment;
  readonly adopted: boolean;
  readonly failure?: Error | undefined;
}

/** What the state records beside the values. */
export interface BackendMetadata extends Metadata {
  /** When this resource created or adopted the backend (ISO 8601). */
  readonly incarnation: string;
  /** The account that created or adopted it. */
  readonly account: Identity;
  /** Whether an import took it into the stack. */
  readonly imported?: true;
  /** Inputs whose update was sent and whose answer was lost: the next run sends them again. Missing where there are none. */
  readonly unclear?: readonly string[];
}

/** The values of a backend under the names of the inputs and outputs. */
interface BackendValues extends Partial<BackendInputs> {
  readonly url: string;
  readonly graphqlEndpoint: string;
  readonly adminEndpoint: string;
  readonly jwtToken: string;
  readonly owner?: string;
}

export interface BackendState extends BackendValues {
  readonly __state: BackendMetadata;
}

/** Builds every state, partial or complete: `values` win over `inputs`, and `inputs` over what was `known`. */
export function stateOf(
  known: Partial<BackendState>,
  inputs: Partial<BackendInputs>,
  values: BackendValues,
  metadata: BackendMetadata,
): BackendState {
  return { ...known, ...inputs, ...values, __state: metadata };
}

/** The metadata of a backend that was just created or adopted, and is not ready yet. */
export function newMetadata(account: Account, inputs: Partial<BackendInputs>, now: number): BackendMetadata {
  return {
    version: backendStateVersion,
    status: "pending",
    given: givenNames(backendFields, { ...inputs }),
    incarnation: new Date(now).toISOString(),
    account: account.session.identity(),
  };
}

/** Inputs whose update was sent and whose answer was lost. */
export function unclearInputs({ __state: { unclear = [] } }: BackendState): readonly string[] {
  return unclear;
}

export function withUnclear(metadata: BackendMetadata, names: readonly string[]): BackendMetadata {
  // Earlier versions wrote an empty list, which is no change.
  if (isDeepStrictEqual(names, metadata.unclear)) return metadata;
  if (names.length > 0) return { ...metadata, unclear: names };
  const others = { ...metadata } as { -readonly [Name in keyof BackendMetadata]: BackendMetadata[Name] };
  delete others.unclear;
  return others;
}

/** The state after a refresh, or of a backend that is only looked up (`known` is undefined). */
export function refreshedState(account: Account, live: Deployment, known: BackendState | undefined): BackendState {
  const values = valuesOf(account, live);
  if (known !== undefined) {
    // The list shows what became of an update whose answer was lost, but it does not have every input.
    const unclear = unclearInputs(known).filter((name) => !(name in values));
    return stateOf(known, {}, values, withUnclear(known.__state, unclear));
  }
  const metadata: BackendMetadata = {
    version: backendStateVersion,
    status: "ready",
    given: [],
    incarnation: "",
    account: [],
  };
  return stateOf({}, {}, values, metadata);
}

/** The state of a backend that an import takes into the stack. */
export function importedBackend(account: Account, found: BackendState, now: number): BackendState {
  return { ...found, __state: { ...newMetadata(account, found, now), status: "ready", imported: true } };
}

/**
 * What the service reports of no backend. An import cannot know it, and a program that then tells the truth about a backend must not replace it.
 */
export function unreportedInputs(state: BackendState): readonly string[] {
  if (state.__state.imported !== true) return [];
  const names = ["subdomain", "size", "storage", "aclEnabled", "jaegerEnabled", "dgraphHA"] as const;
  return names.filter((name) => state[name] === undefined);
}

/** What the list says of a backend. What the list leaves out is left out here too. */
export function valuesOf({ endpoint }: Account, live: Deployment): BackendValues {
  return {
    name: live.name,
    zone: live.zone,
    url: live.url,
    ...endpointsOf(endpoint, live.url),
    jwtToken: live.jwtToken,
    lambdaScript: Buffer.from(live.lambdaScript ?? "", "base64").toString("utf8"),
    ...(live.owner != null && { owner: live.owner }),
    ...(live.deploymentMode != null && {
      deploymentMode: live.deploymentMode as BackendInputs["deploymentMode"] & string,
    }),
    ...(live.deploymentType != null && { deploymentType: live.deploymentType as BackendInputs["deploymentType"] }),
  };
}

/** The backend as the list will show it once it has everything that the state has. */
export function deploymentOf(uid: string, state: BackendState): Deployment {
  return {
    uid,
    name: state.name ?? "",
    zone: state.zone ?? "",
    url: state.url,
    owner: state.owner,
    jwtToken: state.jwtToken,
    deploymentMode: state.deploymentMode,
    deploymentType: state.deploymentType,
    lambdaScript: Buffer.from(state.lambdaScript ?? "", "utf8").toString("base64"),
  };
}

/** The new backend: what createDeployment answered, and the inputs for what it left out. */
export function newDeploymentOf(inputs: BackendInputs, created: CreatedDeployment): Deployment {
  return {
    name: inputs.name ?? "",
    zone: inputs.zone,
    deploymentType: inputs.deploymentType,
    url: "",
    jwtToken: "",
    owner: undefined,
    deploymentMode: inputs.deploymentMode,
    lambdaScript: undefined,
    ...Object.fromEntries(Object.entries(created).filter(([, value]) => value != null)),
    uid: created.uid,
  };
}

/** The input of createDeployment. It takes flags as texts. */
export function createRequestOf(inputs: BackendInputs): NewDeployment {
  const text = (value: boolean): "true" | "false" => (value ? "true" : "false");
  const isDedicated = inputs.deploymentType === "dedicated";
  return {
    name: inputs.name ?? "",
    zone: inputs.zone,
    deploymentType: inputs.deploymentType,
    ...(inputs.deploymentMode !== undefined && { deploymentMode: inputs.deploymentMode }),
    ...(inputs.subdomain !== undefined && { subdomain: inputs.subdomain }),
    ...(inputs.organizationUid !== undefined && { organizationUID: inputs.organizationUid }),
    ...(isDedicated && inputs.size !== undefined && { size: inputs.size }),
    ...(isDedicated && inputs.storage !== undefined && { storage: inputs.storage }),
    ...(isDedicated && inputs.aclEnabled !== undefined && { aclEnabled: text(inputs.aclEnabled) }),
    ...(isDedicated && inputs.jaegerEnabled !== undefined && { jaegerEnabled: text(inputs.jaegerEnabled) }),
    ...(isDedicated && inputs.dgraphHA !== undefined && { dgraphHA: text(inputs.dgraphHA) }),
  };
}

/** The inputs that updateDeployment can change. */
export type UpdatableInputs = Pick<BackendInputs, "name" | "deploymentMode" | "organizationUid">;

/** The input of updateDeployment. */
export function updateRequestOf(uid: string, { organizationUid, ...values }: UpdatableInputs): DeploymentUpdate {
  return { uid, ...values, ...(organizationUid !== undefined && { organizationUID: organizationUid }) };
}

/** What only one resource at a time may create or adopt. */
export function claimKeyOf(inputs: BackendInputs): string {
  return inputs.adoptUid ?? createKeyOf(inputs);
}

/** Whether a backend has the name, the zone and the type of the new one. */
export function isNamesake(deployment: Deployment, inputs: BackendInputs): boolean {
  const sameType = deployment.deploymentType == null || deployment.deploymentType === inputs.deploymentType;
  return deployment.name === inputs.name && deployment.zone === inputs.zone && sameType;
}

/** The same, should the service trim names and zones or change their case. */
export function mayBeNamesake(deployment: Deployment, inputs: BackendInputs): boolean {
  const plain = (text: string | undefined): string => (text ?? "").trim().toLowerCase();
  const same = { ...deployment, name: plain(deployment.name), zone: plain(deployment.zone) };
  return isNamesake(same, { ...inputs, name: plain(inputs.name), zone: plain(inputs.zone) });
}
