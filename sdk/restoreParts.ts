import * as pulumi from "@pulumi/pulumi";
import type { RestoreStatus } from "../provider/types";
import { delegate } from "./delegate";
import { hiddenUrn } from "./hidden";
import { hiddenMarks } from "./marks";
import { recordOptions } from "./protection";

const requestType = "pulumi-nodejs:dynamic/dgraphcloud:RestoreRequest";
const completionType = "pulumi-nodejs:dynamic/dgraphcloud:RestoreCompletion";

/** The part of a Restore that sends the mutation, once. */
export class RestoreRequest extends pulumi.CustomResource {
  declare readonly target: pulumi.Output<string>;
  declare readonly restoreId: pulumi.Output<number | undefined>;
  declare readonly restoredFolder: pulumi.Output<string | undefined>;
  declare readonly restoredNum: pulumi.Output<number | undefined>;
  declare readonly restoredType: pulumi.Output<string | undefined>;
  declare readonly restoredTimestamp: pulumi.Output<string | undefined>;
  declare readonly startedAt: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(
      requestType,
      name,
      {
        ...requestOutputs,
        ...inputs,
        ...hiddenUrn(requestType, name, options),
        ...hiddenMarks(inputs),
        __provider: delegate("restoreRequest"),
      },
      recordOptions(options),
    );
  }
}

/** The part of a Restore that waits, and can do so again and again. */
export class RestoreCompletion extends pulumi.CustomResource {
  declare readonly status: pulumi.Output<RestoreStatus>;
  declare readonly errors: pulumi.Output<string[]>;
  declare readonly confirmed: pulumi.Output<boolean | undefined>;
  declare readonly completedAt: pulumi.Output<string | undefined>;

  constructor(name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    const hidden = { ...hiddenUrn(completionType, name, options), ...hiddenMarks(inputs) };
    const own = { ...completionOutputs, ...inputs, ...hidden, __provider: delegate("restoreCompletion") };
    super(completionType, name, own, recordOptions(options));
  }
}

const requestOutputs = {
  restoreId: undefined,
  restoredFolder: undefined,
  restoredNum: undefined,
  restoredType: undefined,
  restoredTimestamp: undefined,
  startedAt: undefined,
};

const completionOutputs = { status: undefined, errors: undefined, confirmed: undefined, completedAt: undefined };
