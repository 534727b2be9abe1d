import * as pulumi from "./pulumi";
import type { Backend } from "./backend";
import { hiddenProtection, recordOptions } from "./backendProtection";
import { hostOf } from "./host";
import { RegisteredResource, withSecretOutputs } from "./registeredResource";
import { type Triggers, uidIfGiven } from "./types";

/** How long a {@link DataDrop} may take. A change only writes the state. */
export interface DataDropTimeouts {
  /** Waiting for restores and drops on the same backend or cluster, and dropping: a duration like "90s", "20m" or "1h30m". Default "10m". */
  create?: pulumi.Input<string> | undefined;
}

/** Inputs of a {@link DataDrop}. Exactly one of `allData`, `allDataAndSchema`, or `types` and `fields` is given. */
export interface DataDropArgs {
  /**
   * The backend whose data is erased: a Backend or its uid. Required with an account, and refused with a cluster, whose own data is erased.
   * Another backend drops again; a new name or token of the same one does not. An unknown uid is refused.
   */
  backend?: Backend | pulumi.Input<string> | undefined;
  /** Erases all data and keeps the schema. Default false. Setting it to true drops again (replace). */
  allData?: pulumi.Input<boolean> | undefined;
  /** Erases all data and the schema. Default false. Setting it to true drops again (replace). */
  allDataAndSchema?: pulumi.Input<boolean> | undefined;
  /**
   * Erases the records of these types, like ["Author"]: the names that Dgraph stores, so a type with `@dgraph(type: "zoo.author")` is "zoo.author".
   * Default: none. Order does not matter; another set of names drops again (replace). A name that the backend does not store is refused before
   * anything is dropped: see `allowUnknownNames`.
   */
  types?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Erases these fields of all records, like ["Author.email"]: the predicates that Dgraph stores. A field that an interface defines is stored
   * under the interface ("Person.email"), one with `@dgraph(pred:)` under that name. Default: none. Order does not matter; another set of names
   * drops again (replace). A name that the backend does not store is refused, as in `types`. With `types` it is a second mutation: when it fails, the next `pulumi up` sends only the one that is missing.
   */
  fields?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Sends names of `types` and `fields` also when the backend is not known to store them (operation `getGQLSchema`, then DQL `schema {}` where the
   * backend answers it), and when its schema cannot be read. They are listed in `notFound`, not in `dropped`. Default false: the drop is refused.
   * A change only writes the state.
   */
  allowUnknownNames?: pulumi.Input<boolean> | undefined;
  /**
   * Consent to lose all users and groups. With access control, a drop of all data on a cluster removes them and gives "groot" the well-known
   * default password: without this consent it is refused. With it, the provider sets the password of "groot" to `clusterPassword` again right
   * after the drop. This needs `clusterUser` "groot" and namespace 0. With a cluster only. Default false. A change only writes the state.
   */
  resetAccessControl?: pulumi.Input<boolean> | undefined;
  /** A list, or an object from reason to value: a changed or added value drops again. Default: none. Removing one only writes the state. */
  triggers?: Triggers | undefined;
  /**
   * The name that the backend must have at that moment: another one is refused, in the preview already, and both are named
   * (operation `deployments`). For a cluster: the host of `clusterUrl` with its port if it has one, like "dgraph.example.com" or "127.0.0.1:8080",
   * or the id of the cluster. Default: not compared. A change only writes the state.
   */
  confirm?: pulumi.Input<string> | undefined;
  /** Last moment for dropping, like "2026-01-31T18:00:00Z": later it is refused, in the preview already. Default: none. A change only writes the state. */
  notAfter?: pulumi.Input<string> | undefined;
  /**
   * Id of the attempt whose unknown outcome you accept after a look at the data, as the error message gives it: what may have been
   * dropped counts as dropped. A change only writes the state.
   */
  acceptUnknown?: pulumi.Input<string> | undefined;
  /**
   * Exports everything before the drop (operation `export`) and keeps the URLs as `exportUrls`. A failed export stops the drop. With an account
   * only: before a drop on a cluster, take a {@link Backup}. Default false. A change only writes the state.
   */
  exportFirst?: pulumi.Input<boolean> | undefined;
  /** How long it may take. A change only writes the state. */
  timeouts?: pulumi.Input<DataDropTimeouts> | undefined;
}

/**
 * Erases data of a backend (operation `dropData`), or of a cluster of your own (`/alter` of Alpha), once. Only a restore brings the data back.
 * After a lost answer the drop is not sent again: the error says what may have happened and names `acceptUnknown` and `triggers`. Restores and drops
 * on one target never overlap.
 *
 * Deleting the resource makes no call. It is refused while the backend is protected and the program declares neither of the two: without
 * this record, a later `pulumi up` would erase the data again.
 *
 * @example
 * ```ts
 * new dgraphcloud.DataDrop("wipe-staging", { backend: staging, allData: true, confirm: "staging", triggers: { asked: "2026-01-31" }, notAfter: "2026-01-31T18:00:00Z" });
 * ```
 */
export class DataDrop extends RegisteredResource {
  /** Uid of the backend, or id of the cluster. */
  declare readonly backend: pulumi.Output<string>;
  /** When it began (ISO 8601). */
  declare readonly droppedAt: pulumi.Output<string>;
  /** The service's words, one for each mutation. */
  declare readonly messages: pulumi.Output<string[]>;
  /** What was there and was dropped: "all data", "type Author", "field Author.email". */
  declare readonly dropped: pulumi.Output<string[]>;
  /** Names that were sent because of `allowUnknownNames` although the backend is not known to store them: "type Misspelt". */
  declare readonly notFound: pulumi.Output<string[] | undefined>;
  /** Signed URLs of the export that `exportFirst` made. Whoever has them can read the data. A secret. */
  declare readonly exportUrls: pulumi.Output<string[] | undefined>;

  constructor(name: string, args: DataDropArgs, options?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, backend: uidIfGiven(args.backend) };
    const own = withSecretOutputs(recordOptions(options), "exportUrls");
    const registration = { kind: "dataDrop", name, outputs, inputs, options: own } as const;
    super(hostOf(new.target), { ...registration, hidden: hiddenProtection(args.backend) });
  }
}

const outputs = {
  droppedAt: undefined,
  messages: undefined,
  dropped: undefined,
  notFound: undefined,
  exportUrls: undefined,
};
