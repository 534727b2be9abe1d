import * as pulumi from "@pulumi/pulumi";
import type { TriggerValue } from "../provider/types";
import { Backend } from "./backend";

/** A backend by its resource or by its uid. Only the uid is kept, so that a renamed backend is no other one. */
export function uidOf(backend: Backend | pulumi.Input<string>): pulumi.Output<string> {
  return Backend.isInstance(backend) ? backend.id : pulumi.output(backend);
}

/**
 * Values that run an action again when one of them is changed or added: a list, or an object from reason to value. Removing
 * a value, or writing the list in another order, never does.
 */
export type Triggers =
  pulumi.Input<pulumi.Input<TriggerValue>[]> | pulumi.Input<{ [reason: string]: pulumi.Input<TriggerValue> }>;
