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
  /** As it was asked for; see `subdomainOf`. */
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

/** The subdomain of a backend: the one that was asked for, or one of the service's choice. */
export function subdomainOf({ uid, subdomain = "" }: Deployment): string {
  return subdomain === "" ? `backend-${uid.slice(2)}` : subdomain;
}

export interface Organization {
  readonly uid: string;
  readonly name: string;
  /** E-mail of who made it, and may have left it since; unknown when an older version kept it. */
  readonly createdBy?: string;
  readonly members: { readonly email: string }[];
}

/** A mistake of the caller, told as a GraphQL error. */
export class CallerError extends Error {}
