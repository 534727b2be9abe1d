import type * as pulumi from "@pulumi/pulumi";
import type { TriggerValue } from "../provider/types";

/**
 * Values that run an action again when one of them is changed or added: a list, or an object from reason to value. Removing
 * a value, or writing the list in another order, never does.
 */
export type Triggers =
  pulumi.Input<pulumi.Input<TriggerValue>[]> | pulumi.Input<{ [reason: string]: pulumi.Input<TriggerValue> }>;
