import * as pulumi from "./pulumi";
import type { BackupContents, RestoreStatus } from "../provider/types";
import { recordOptions } from "./backendProtection";
import type { Host } from "./host";
import { RegisteredResource } from "./registeredResource";

/** The part of a Restore that sends the mutation, once. */
export class RestoreRequest extends RegisteredResource {
  declare readonly target: pulumi.Output<string>;
  declare readonly restoreId: pulumi.Output<number | undefined>;
  declare readonly restoredFolder: pulumi.Output<string | undefined>;
  declare readonly restoredBackupId: pulumi.Output<string | undefined>;
  declare readonly restoredNum: pulumi.Output<number | undefined>;
  declare readonly restoredType: pulumi.Output<string | undefined>;
  declare readonly restoredTimestamp: pulumi.Output<string | undefined>;
  declare readonly contents: pulumi.Output<BackupContents | undefined>;
  /** What the backup holds, as the list of backups tells. */
  declare readonly predicates: pulumi.Output<string[] | undefined>;
  declare readonly startedAt: pulumi.Output<string>;

  constructor(host: Host, name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(host, { kind: "restoreRequest", name, outputs: requestOutputs, inputs, options: recordOptions(options) });
  }
}

/** The part of a Restore that only waits, and so can be repeated. */
export class RestoreCompletion extends RegisteredResource {
  declare readonly status: pulumi.Output<RestoreStatus>;
  declare readonly errors: pulumi.Output<string[]>;
  declare readonly confirmed: pulumi.Output<boolean | undefined>;
  declare readonly completedAt: pulumi.Output<string | undefined>;

  constructor(host: Host, name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(host, {
      kind: "restoreCompletion",
      name,
      outputs: completionOutputs,
      inputs,
      options: recordOptions(options),
    });
  }
}

const requestOutputs = {
  restoreId: undefined,
  restoredFolder: undefined,
  restoredBackupId: undefined,
  restoredNum: undefined,
  restoredType: undefined,
  restoredTimestamp: undefined,
  contents: undefined,
  predicates: undefined,
  startedAt: undefined,
};

const completionOutputs = { status: undefined, errors: undefined, confirmed: undefined, completedAt: undefined };

/**
 * What the id of a RestoreRequest tells: `TARGET/RESTOREID/STARTEDAT`, for a cluster `CLUSTER/restore/STARTEDAT`, or `TARGET/unknown/STARTEDAT` when
 * the answer was lost. In the preview of an update the dynamic host knows the id and no output: what uses these values would look changed. Under
 * mocks an id can be any text.
 */
export function toldById(request: RestoreRequest): {
  readonly restoreId: pulumi.Output<number | undefined>;
  readonly startedAt: pulumi.Output<string>;
} {
  const parts = request.id.apply((id) => /^[^/]+\/(\d+|restore|unknown)\/([^/]+)$/.exec(id)?.slice(1) ?? []);
  return {
    restoreId: parts.apply(([number]) => {
      if (number === "restore") return pulumi.output(undefined);
      return number === undefined || number === "unknown" ? request.restoreId : pulumi.output(Number(number));
    }),
    startedAt: parts.apply(([, time]) => (time === undefined ? request.startedAt : pulumi.output(time))),
  };
}
