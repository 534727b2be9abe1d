/** A backend as the control plane keeps it. */
export interface Deployment {
  readonly uid: string;
  name: string;
  zone: string;
  /** `127.0.0.1:PORT` of its own data plane. */
  url: string;
  owner: string;
  jwtToken: string;
  deploymentMode: string;
  deploymentType: string;
  /** Base64. */
  lambdaScript: string;
  subdomain?: string;
  tenantID: number;
  organizationUID?: string;
  size?: string;
  storage?: number;
  aclEnabled?: string;
  jaegerEnabled?: string;
  dgraphHA?: string;
  readonly createdAt: number;
  /** From when on its data plane answers. */
  readyAt: number;
  readonly lambdaLogs: string[];
}

export interface Organization {
  readonly uid: string;
  readonly name: string;
  readonly members: { readonly email: string }[];
}

/** A mistake of the caller, told as a GraphQL error. */
export class CallerError extends Error {}
