import * as v from "valibot";

const textOrNone = v.nullish(v.string());

/** It becomes a resource's id and stands in messages: nothing that a terminal would obey. */
const uid = v.pipe(v.string(), v.regex(/^[!-~]{1,128}$/));

/** What a header can carry. Empty while a backend is being made. */
const token = v.pipe(v.string(), v.regex(/^[!-~]{0,16384}$/));

/** One entry of `deployments`: a backend as the control plane lists it. */
export const deploymentSchema = v.object({
  uid,
  name: v.string(),
  zone: v.string(),
  url: v.string(),
  owner: textOrNone,
  jwtToken: token,
  deploymentMode: textOrNone,
  deploymentType: textOrNone,
  lambdaScript: textOrNone,
});

export type Deployment = v.InferOutput<typeof deploymentSchema>;

const textIfAny = v.fallback(textOrNone, undefined);

/** The answer of `createDeployment`. Only the uid is indispensable: what else is missing or odd can be read from the list. */
export const createdSchema = v.object({
  uid,
  name: textIfAny,
  url: textIfAny,
  owner: textIfAny,
  jwtToken: v.fallback(v.nullish(token), undefined),
  deploymentMode: textIfAny,
  lambdaScript: textIfAny,
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
