import { holdsUnknown } from "../../../provider/resource/fields";
import type { SchemaChange } from "../../../provider/types";
import type { Plan } from "../plan";
import type { State } from "../preview";

/** What can be lost: the words of `--fail-on`, in the order in which a summary shows them. */
export const destructions = ["delete", "replace", "restore", "drop", "schema"] as const;
export type Destruction = (typeof destructions)[number];

/** Data of a backend or of a cluster. */
export interface LostData {
  /** The uid of the backend, or the id of the cluster. In a first run on a cluster, its host: the name that `confirm` gives. */
  readonly uid: string;
  /** The types whose nodes are lost. None: all data. */
  readonly types?: readonly string[];
  /** Changes of the schema, which hide data instead of deleting it. */
  readonly changes?: readonly SchemaChange[];
}

/** What the plan for one resource means. */
export interface Finding {
  readonly plan: Plan;
  /** What is lost; none if nothing is. */
  readonly destroys?: Destruction;
  /** What happens to the resource, as the end of a sentence that begins with its name: "is replaced without its data". */
  readonly what: string;
  /** More sentences: why, what is lost, how to avoid it. */
  readonly details: readonly string[];
  /** Whether the change destroys nothing but deserves a look: it removes a protection, for example. */
  readonly warning?: boolean;
  /** This version cannot tell what happens. */
  readonly isUnknown?: boolean;
  /** The data that is lost, if the preview tells which. */
  readonly data?: LostData;
}

/** Whether an earlier run failed at this resource. The engine stored the inputs of that run, whether they were applied or not. */
export function isUnfinished(old: State | undefined): boolean {
  return (old?.initErrors ?? []).length > 0;
}

/** `zone ("us-east-1" → "eu-west-1")`; only the name of what is secret, not known yet, or no simple value. */
export function valueChange(name: string, old: State | undefined, next: State | undefined): string {
  const [before, after] = [old?.inputs[name] ?? old?.outputs[name], next?.inputs[name]].map(shownValue);
  return before === undefined && after === undefined ? name : `${name} (${before ?? "…"} → ${after ?? "…"})`;
}

function shownValue(value: unknown): string | undefined {
  if (value === "[secret]" || holdsUnknown(value)) return undefined;
  return ["string", "number", "boolean"].includes(typeof value) ? JSON.stringify(value) : undefined;
}
