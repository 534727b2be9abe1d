import * as v from "valibot";

const textOrNone = v.nullish(v.string());

/** It becomes the id of a resource and appears in messages, so it must not contain control characters. */
const uid = v.pipe(v.string(), v.regex(/^[!-~]{1,128}$/));

/** The characters that a header can carry. Empty while a backend is being created. */
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

/** The answer of `createDeployment`. Only the uid is required: anything else that is missing or malformed is read from the list. */
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
