import type { Deployment } from "../api/deployment";
import type { BackendHidden, BackendInputs } from "./inputs";

/** What a backend is to be. */
export type NewBackend = BackendInputs & BackendHidden;

/** A backend that exists, and the failure that the service reported all the same. */
export interface Obtained {
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
