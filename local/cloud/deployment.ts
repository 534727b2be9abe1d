import { cleanText } from "../text/cleanText";

/** A backend in the control plane. */
export interface Deployment {
  readonly uid: string;
  name: string;
  zone: string;
  /** `127.0.0.1:PORT` of its data plane. */
  url: string;
  owner: string;
  jwtToken: string;
  deploymentMode: string;
  deploymentType: string;
  /** Base64. */
  lambdaScript: string;
  /** As given at the create; see `subdomainOf`. */
  subdomain?: string;
  tenantID: number;
  organizationUID?: string;
  size?: string;
  storage?: number;
  aclEnabled?: string;
  jaegerEnabled?: string;
  dgraphHA?: string;
  readonly createdAt: number;
  /** When its data plane begins to answer, in milliseconds since the Unix epoch. */
  readyAt: number;
  readonly lambdaLogs: string[];
}

/** Input of createDeployment. */
export interface NewDeployment {
  readonly name: string;
  readonly zone: string;
  readonly deploymentType?: string;
  /** "true" or "false". */
  readonly enterprise?: string;
  readonly subdomain?: string;
  readonly deploymentMode?: string;
  readonly organizationUID?: string;
  readonly size?: string;
  readonly storage?: number;
  readonly aclEnabled?: string;
  readonly jaegerEnabled?: string;
  readonly dgraphHA?: string;
}

/** Input of updateDeployment. */
export interface DeploymentUpdate {
  readonly uid: string;
  readonly name?: string;
  readonly deploymentMode?: string;
  readonly organizationUID?: string;
}

/** The subdomain of a backend: the given one, or one that the service chooses. */
export function subdomainOf({ uid, subdomain = "" }: Deployment): string {
  return subdomain === "" ? `backend-${uid.slice(2)}` : subdomain;
}

/** The vendor's client may omit the type; then it sends enterprise "true" for a dedicated backend. */
export function typeOf({ deploymentType, enterprise }: NewDeployment): string {
  return deploymentType ?? (enterprise === "true" ? "dedicated" : "free");
}

const maxLambdaLogs = 1_000;

/** Adds lines to the log of a backend's lambda, which keeps the last 1,000. */
export function logLambda({ lambdaLogs }: Deployment, text: string): void {
  const lines = text.split("\n").filter((line) => line !== "");
  lambdaLogs.push(...lines.slice(-maxLambdaLogs).map(cleanText));
  lambdaLogs.splice(0, lambdaLogs.length - maxLambdaLogs);
}

/** The source of a backend's lambda script; empty for none. */
export function scriptOf({ lambdaScript }: Deployment): string {
  return Buffer.from(lambdaScript, "base64").toString("utf8");
}
