import {
  durations,
  type Failure,
  type Field,
  type FieldTable,
  flag,
  notEmpty,
  uid,
  unknownValue,
} from "../resource/fields";
import { confirmField, notAfterField, type Triggers, triggersField } from "../action/inputs";
import type { Protection } from "../action/backendProtection";
import type { Metadata } from "../resource/resource";

/** Inputs of a DataDrop after check. The public documentation of each stands at `DataDropArgs` in the sdk. */
export interface DataDropInputs {
  /** Left out with a cluster. */
  readonly backend?: string;
  readonly allData?: boolean;
  readonly allDataAndSchema?: boolean;
  readonly types?: readonly string[];
  readonly fields?: readonly string[];
  readonly allowUnknownNames?: boolean;
  readonly triggers?: Triggers;
  readonly confirm?: string;
  readonly notAfter?: string;
  readonly acceptUnknown?: string;
  readonly exportFirst?: boolean;
  readonly resetAccessControl?: boolean;
  readonly timeouts?: { readonly create?: string };
}

/** One mutation of a drop. */
export type Step = "allData" | "allDataAndSchema" | "types" | "fields";

export interface DataDropMetadata extends Metadata {
  /** The mutations that were carried out, or that the user accepted as carried out. */
  readonly done: readonly Step[];
  /** The mutation whose answer was lost. */
  readonly unclear?: Step;
}

export interface DataDropState extends DataDropInputs, Protection {
  /** The uid of the backend, or the id of the cluster. */
  readonly backend: string;
  readonly droppedAt: string;
  /** The service's words. */
  readonly messages: readonly string[];
  readonly dropped: readonly string[];
  /** Names that were sent and not stored. Missing in states of a version that did not look names up. */
  readonly notFound?: readonly string[];
  readonly exportUrls?: readonly string[];
  readonly __state: DataDropMetadata;
}

export const dataDropStateVersion = 1;

const whole: Field = { onChange: "replace", check: flag, hasEffect: (value) => value === true };
const selection: Field = { onChange: "replace", check: names, hasEffect: (value) => value !== undefined };

export const dataDropFields: FieldTable<DataDropInputs> = {
  backend: { on: "account", onChange: "replace", required: true, check: uid },
  allData: whole,
  allDataAndSchema: whole,
  types: selection,
  fields: selection,
  allowUnknownNames: { onChange: "state", check: flag },
  triggers: triggersField,
  confirm: confirmField,
  notAfter: notAfterField,
  acceptUnknown: { onChange: "state", check: notEmpty },
  exportFirst: { on: "account", onChange: "state", check: flag },
  resetAccessControl: { on: "cluster", onChange: "state", check: flag },
  timeouts: { onChange: "state", check: durations(["create"]) },
};

/** Sorts the names and removes duplicates: another order is not a change. */
export function normalized(inputs: DataDropInputs): DataDropInputs {
  const { types, fields } = inputs;
  return {
    ...inputs,
    ...(Array.isArray(types) && { types: [...new Set(types)].sort() }),
    ...(Array.isArray(fields) && { fields: [...new Set(fields)].sort() }),
  };
}

export function checkSelection({ allData, allDataAndSchema, types, fields }: DataDropInputs): Failure[] {
  const chosen = [
    given(allData) && "allData",
    given(allDataAndSchema) && "allDataAndSchema",
    (types !== undefined || fields !== undefined) && "types or fields",
  ].filter((choice) => choice !== false);
  const ways = "allData: true, allDataAndSchema: true, or types and fields";
  if (chosen.length === 1) return [];
  if (chosen.length === 0)
    return [{ property: "allData", code: "DGC604", reason: `nothing is named to be dropped; give ${ways}` }];
  return [
    {
      property: "allData",
      code: "DGC604",
      reason: `${chosen.join(" and ")} are given, and a drop takes one of them; give either ${ways}`,
    },
  ];
}

/** The mutations that the inputs ask for, in their order. */
export function stepsOf({ allData, allDataAndSchema, types, fields }: DataDropInputs): Step[] {
  const steps: (Step | false)[] = [
    allData === true && "allData",
    allDataAndSchema === true && "allDataAndSchema",
    types !== undefined && "types",
    fields !== undefined && "fields",
  ];
  return steps.filter((step) => step !== false);
}

function given(value: unknown): boolean {
  return value === true || value === unknownValue;
}

function names(value: unknown): string | undefined {
  const isList = Array.isArray(value) && value.length > 0;
  return isList && value.every((name) => typeof name === "string" && name.trim() !== "")
    ? undefined
    : "must be a list of at least one name, none of them empty";
}
