import { backendFields, type BackendHidden, type BackendInputs } from "./inputs";
import type { Deployment } from "../api/deployment";
import type { Identity } from "../api/identity";
import type { Account } from "../run/account";
import { endpointsOf } from "../api/settings";
import { givenNames } from "../resource/fields";
import type { Metadata } from "../resource/resource";
export const backendStateVersion = 1;

/** What a Backend remembers beside its values. */
export interface BackendMetadata extends Metadata {
  /** When it was created or taken over here (ISO 8601). */
  readonly incarnation: string;
  /** The account it was created with. */
  readonly account: Identity;
  /** Updates that may or may not have been carried out: sent again by the next run. */
  readonly unclear: readonly string[];
}

/** The values of a backend under the names of the inputs and outputs. */
interface BackendValues extends Partial<BackendInputs> {
  readonly url: string;
  readonly graphqlEndpoint: string;
  readonly adminEndpoint: string;
  readonly jwtToken: string;
  readonly owner?: string;
}

export interface BackendState extends BackendValues, BackendHidden {
  readonly __state: BackendMetadata;
}

/** What the list tells of a backend; nothing that it does not tell. */
export function valuesOf(cloud: Account, live: Deployment): BackendValues {
  return {
    name: live.name,
    zone: live.zone,
    url: live.url,
    ...endpointsOf(cloud.endpoint, live.url),
    jwtToken: live.jwtToken,
    lambdaScript: Buffer.from(live.lambdaScript ?? "", "base64").toString("utf8"),
    ...(live.owner != null && { owner: live.owner }),
    ...(live.deploymentMode != null && {
      deploymentMode: live.deploymentMode as BackendInputs["deploymentMode"] & string,
    }),
    ...(live.deploymentType != null && { deploymentType: live.deploymentType as BackendInputs["deploymentType"] }),
  };
}

/** The one builder of states: what was known, then what the user gave and the list cannot tell, then what the list tells. */
export function stateOf(
  known: Partial<BackendState>,
  inputs: Partial<BackendInputs> & BackendHidden,
  values: BackendValues,
  memory: BackendMetadata,
): BackendState {
  return { ...known, ...inputs, ...values, __state: memory };
}

/** A freshly created or adopted backend: not ready yet. */
export function newMetadata(cloud: Account, inputs: BackendInputs, now: number): BackendMetadata {
  return {
    version: backendStateVersion,
    status: "pending",
    given: givenNames(backendFields, { ...inputs }),
    incarnation: new Date(now).toISOString(),
    account: cloud.session.identity(),
    unclear: [],
  };
}

/** What a backend is to be. */
export type NewBackend = BackendInputs & BackendHidden;

/** A backend that exists, and the failure that the service reported all the same. */
export interface CreateOutcome {
  readonly live: Deployment;
  readonly adopted: boolean;
  readonly failure?: Error | undefined;
}

/** What one resource at a time may stand for. */
export function keyOf({ name, zone, deploymentType, adoptUid }: NewBackend): string {
  return adoptUid ?? JSON.stringify([name, zone, deploymentType]);
}

/** Whether it may be the new one all the same, should the service write names or zones in a way of its own. */
export function mayBeNamesake(deployment: Deployment, inputs: NewBackend): boolean {
  const plain = (text: string | undefined): string => (text ?? "").trim().toLowerCase();
  const same = { ...deployment, name: plain(deployment.name), zone: plain(deployment.zone) };
  return isNamesake(same, { ...inputs, name: plain(inputs.name), zone: plain(inputs.zone) });
}

/** Whether a backend has the name, the zone and the type of the new one. */
export function isNamesake(deployment: Deployment, inputs: NewBackend): boolean {
  const sameType = deployment.deploymentType == null || deployment.deploymentType === inputs.deploymentType;
  return deployment.name === inputs.name && deployment.zone === inputs.zone && sameType;
}
