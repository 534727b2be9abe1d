import * as pulumi from "./pulumi";
import type { ObjectStoreCredentials, TriggerValue } from "../provider/types";
import { Backend } from "./backend";

/** The uid of a backend, given as a resource or as a uid. Inputs keep only the uid: a renamed backend is still the same one. */
export function uidOf(backend: Backend | pulumi.Input<string>): pulumi.Output<string> {
  return Backend.isInstance(backend) ? backend.id : pulumi.output(backend);
}

/** The same for an input that a program leaves out when its provider is connected to a cluster. */
export function uidIfGiven(backend: Backend | pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return backend === undefined ? undefined : uidOf(backend);
}

/**
 * Values that run an action again when one of them is changed or added: a list, or an object from reason to value. Removing
 * a value or reordering the list never does.
 */
export type Triggers =
  pulumi.Input<pulumi.Input<TriggerValue>[]> | pulumi.Input<{ [reason: string]: pulumi.Input<TriggerValue> }>;

/** Credentials of an object store: `accessKey` and `secretKey`, or `anonymous`. */
export interface ObjectStoreCredentialsArgs {
  /** Access key. */
  accessKey?: pulumi.Input<string> | undefined;
  /** Secret key. */
  secretKey?: pulumi.Input<string> | undefined;
  /** Session token of temporary keys. */
  sessionToken?: pulumi.Input<string> | undefined;
  /** Uses the store without keys. */
  anonymous?: pulumi.Input<boolean> | undefined;
}

/** Credentials are a secret also where the program does not say so. */
export function secretCredentials(
  credentials: pulumi.Input<ObjectStoreCredentialsArgs> | undefined,
): pulumi.Output<ObjectStoreCredentials> | undefined {
  return credentials === undefined ? undefined : pulumi.secret(credentials);
}
