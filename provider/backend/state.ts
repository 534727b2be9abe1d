import type { Deployment } from "../api/deployment";
import type { Identity } from "../api/identity";
import type { Cloud } from "../cloud";
import { endpointsOf } from "../config";
import { givenNames } from "../fields";
import type { Memory } from "../resource";
import { backendFields, type BackendHidden, type BackendInputs } from "./inputs";

export const backendStateVersion = 1;

/** What a Backend remembers beside its values. */
export interface BackendMemory extends Memory {
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
  readonly __state: BackendMemory;
}

/** What the list tells of a backend; nothing that it does not tell. */
export function valuesOf(cloud: Cloud, live: Deployment): BackendValues {
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
  memory: BackendMemory,
): BackendState {
  return { ...known, ...inputs, ...values, __state: memory };
}

/** A freshly created or adopted backend: not ready yet. */
export function newMemory(cloud: Cloud, inputs: BackendInputs, now: number): BackendMemory {
  return {
    version: backendStateVersion,
    status: "pending",
    given: givenNames(backendFields, { ...inputs }),
    incarnation: new Date(now).toISOString(),
    account: cloud.session.identity(),
    unclear: [],
  };
}
