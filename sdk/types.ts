import * as pulumi from "@pulumi/pulumi";
import type { TriggerValue } from "../provider/types";
import { Backend } from "./backend";

/** The uid of a backend, given as a resource or as a uid. Inputs keep only the uid: a renamed backend is still the same one. */
export function uidOf(backend: Backend | pulumi.Input<string>): pulumi.Output<string> {
  return Backend.isInstance(backend) ? backend.id : pulumi.output(backend);
}

/**
 * Values that run an action again when one of them is changed or added: a list, or an object from reason to value. Removing
 * a value or reordering the list never does.
 */
export type Triggers =
  pulumi.Input<pulumi.Input<TriggerValue>[]> | pulumi.Input<{ [reason: string]: pulumi.Input<TriggerValue> }>;
