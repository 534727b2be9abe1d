import { cleanText } from "../cleanText";

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

const lambdaLogsKept = 1_000;

/** Adds lines to the log of a backend's lambda; the last 1,000 are kept. */
export function logLambda({ lambdaLogs }: Deployment, text: string): void {
  const lines = text.split("\n").filter((line) => line !== "");
  lambdaLogs.push(...lines.slice(-lambdaLogsKept).map(cleanText));
  lambdaLogs.splice(0, lambdaLogs.length - lambdaLogsKept);
}

/** The lambda script of a backend as source; empty for none. */
export function scriptOf({ lambdaScript }: Deployment): string {
  return Buffer.from(lambdaScript, "base64").toString("utf8");
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
