import * as v from "valibot";

const textOrNone = v.nullish(v.string());

/** One entry of `deployments`: a backend as the control plane lists it. */
export const deploymentSchema = v.object({
  uid: v.pipe(v.string(), v.nonEmpty()),
  name: v.string(),
  zone: v.string(),
  url: v.string(),
  owner: textOrNone,
  jwtToken: v.string(),
  deploymentMode: textOrNone,
  deploymentType: textOrNone,
  lambdaScript: textOrNone,
});

export type Deployment = v.InferOutput<typeof deploymentSchema>;

/** The answer of `createDeployment`. Only the uid is indispensable: what else is missing can be read from the list. */
export const createdSchema = v.object({
  uid: v.pipe(v.string(), v.nonEmpty()),
  name: textOrNone,
  url: textOrNone,
  owner: textOrNone,
  jwtToken: textOrNone,
  deploymentMode: textOrNone,
  lambdaScript: textOrNone,
});

export type CreatedDeployment = v.InferOutput<typeof createdSchema>;

/** Input of `createDeployment`, as the vendor's client sends it. */
export interface NewDeployment {
  readonly name: string;
  readonly zone: string;
  readonly deploymentType: string;
  readonly deploymentMode?: string;
  readonly subdomain?: string;
  readonly organizationUID?: string;
  readonly size?: string;
  /** GB. */
  readonly storage?: number;
  readonly aclEnabled?: "true" | "false";
  readonly jaegerEnabled?: "true" | "false";
  readonly dgraphHA?: "true" | "false";
}

/** Input of `updateDeployment`. */
export interface DeploymentUpdate {
  readonly uid: string;
  readonly name?: string;
  readonly deploymentMode?: string;
  readonly organizationUID?: string;
}
