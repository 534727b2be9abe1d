import * as pulumi from "./pulumi";
import type { BackendSize, DeploymentMode, DeploymentType } from "../provider/types";
import { hostOf, hostOfResource } from "./host";
import { RegisteredResource, withSecretOutputs } from "./registeredResource";

/** How long each operation on a {@link Backend} may take: durations like "90s", "20m" or "1h30m". A change only writes the state. */
export interface BackendTimeouts {
  /** Creating it and waiting until it answers. Default "20m". */
  create?: pulumi.Input<string> | undefined;
  /** Changing it, or going on with an unfinished create, and waiting until it answers. Default "15m". */
  update?: pulumi.Input<string> | undefined;
  /** Deleting it. Default "10m". */
  delete?: pulumi.Input<string> | undefined;
}

/** Inputs of a {@link Backend}. An input that is left out follows the service, and never shows as a difference. */
export interface BackendArgs {
  /**
   * Name of the backend. Default: the resource's name and seven hexadecimal digits, fixed from then on.
   * A change updates the backend in place (updateDeployment).
   */
  name?: pulumi.Input<string> | undefined;
  /** Zone of the provider and region, like "us-east-1". Required. A change replaces the backend: its data is lost. */
  zone: pulumi.Input<string>;
  /** Plan: "free", "shared" or "dedicated". Required. A change replaces the backend: its data is lost. */
  deploymentType: pulumi.Input<DeploymentType>;
  /**
   * What the backend accepts: "graphql" (the service's default), or for dedicated backends "readonly" or "flexible" (DQL too).
   * A change updates in place (updateDeployment) and may restart the backend; data is kept.
   */
  deploymentMode?: pulumi.Input<DeploymentMode> | undefined;
  /** Uid of the organization that the backend belongs to. Default: none. A change updates in place (updateDeployment). */
  organizationUid?: pulumi.Input<string> | undefined;
  /**
   * Subdomain of the backend's host name. Default: the service's choice. A change replaces the backend: its data is lost.
   * While it is set and stays the same, any replacement deletes the old backend first, since two cannot have it.
   */
  subdomain?: pulumi.Input<string> | undefined;
  /** Machine size: "small", "medium", "large" or "xlarge". Dedicated backends only. A change replaces the backend: its data is lost. */
  size?: pulumi.Input<BackendSize> | undefined;
  /** Storage in GB, a whole number; the service's default is 10. Dedicated backends only. A change replaces the backend: its data is lost. */
  storage?: pulumi.Input<number> | undefined;
  /** Access control lists. Default: off. Dedicated backends only. A change replaces the backend: its data is lost. */
  aclEnabled?: pulumi.Input<boolean> | undefined;
  /** Tracing with Jaeger. Default: off. Dedicated backends only. A change replaces the backend: its data is lost. */
  jaegerEnabled?: pulumi.Input<boolean> | undefined;
  /** High availability. Default: off. Dedicated backends only. A change replaces the backend: its data is lost. */
  dgraphHA?: pulumi.Input<boolean> | undefined;
  /** JavaScript source of the lambda, as plain text; "" removes it. A change updates in place (updateLambda). */
  lambdaScript?: pulumi.Input<string> | undefined;
  /**
   * While it is true in the state, deleting or replacing the backend is refused. Default false. A plain `true` also sets the option
   * `protect`. A change only writes the state: switch it off with one `pulumi up`, and delete or replace with the next.
   */
  deletionProtection?: pulumi.Input<boolean> | undefined;
  /**
   * Uid of an existing backend to take over instead of creating one, like "0x42". What cannot be changed must match.
   * Without `name`, the live name stays. Has no effect after the create, and can be removed then.
   */
  adoptUid?: pulumi.Input<string> | undefined;
  /**
   * Consent to take over, at create, the one existing backend of the same name, zone and type. For environments that CI creates and
   * deletes: the next run goes on where a killed one stopped. Default false. A change only writes the state.
   */
  adoptExisting?: pulumi.Input<boolean> | undefined;
  /** Wait until the backend answers before dependents go on. Default true. A change only writes the state. */
  waitForReady?: pulumi.Input<boolean> | undefined;
  /** How long each operation may take. A change only writes the state. */
  timeouts?: pulumi.Input<BackendTimeouts> | undefined;
}

/**
 * A backend of Dgraph Cloud: created with createDeployment, changed with updateDeployment and updateLambda, removed with
 * deleteDeployment, which deletes all its data. Its `id` is the uid of the deployment.
 *
 * Mistakes show in the preview: unknown types, options of another plan, a change that `deletionProtection` forbids. A failed wait keeps
 * the backend in the state, and the next `pulumi up` goes on. An existing backend of the same name, zone and type is never taken over
 * without consent: see `adoptUid` and `adoptExisting`.
 *
 * @example
 * ```ts
 * const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated" });
 * export const endpoint = orders.graphqlEndpoint;
 * ```
 */
export class Backend extends RegisteredResource {
  /** Uid of the backend: another name for `id`, known in every preview of an update. */
  readonly uid: pulumi.Output<string>;
  /**
   * What the program declares about its protection, for the actions on it. Undefined for a backend that is only looked up.
   *
   * @internal
   */
  readonly __protection:
    { readonly deletionProtection: pulumi.Input<boolean> | undefined; readonly protect: boolean } | undefined;
  /** Bare host name of the backend, as the API gives it: no scheme, no path. */
  declare readonly url: pulumi.Output<string>;
  /** Address of its GraphQL endpoint. */
  declare readonly graphqlEndpoint: pulumi.Output<string>;
  /** Address of its admin endpoint. */
  declare readonly adminEndpoint: pulumi.Output<string>;
  /** Token for the backend's endpoints (header `X-Auth-Token`). A secret. */
  declare readonly jwtToken: pulumi.Output<string>;
  /** Owner of the backend, as the service tells it. */
  declare readonly owner: pulumi.Output<string | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly zone: pulumi.Output<string>;
  declare readonly deploymentType: pulumi.Output<DeploymentType>;
  declare readonly deploymentMode: pulumi.Output<DeploymentMode | undefined>;
  declare readonly organizationUid: pulumi.Output<string | undefined>;
  declare readonly subdomain: pulumi.Output<string | undefined>;
  declare readonly size: pulumi.Output<BackendSize | undefined>;
  declare readonly storage: pulumi.Output<number | undefined>;
  declare readonly aclEnabled: pulumi.Output<boolean | undefined>;
  declare readonly jaegerEnabled: pulumi.Output<boolean | undefined>;
  declare readonly dgraphHA: pulumi.Output<boolean | undefined>;
  declare readonly lambdaScript: pulumi.Output<string | undefined>;
  declare readonly deletionProtection: pulumi.Output<boolean | undefined>;

  /**
   * Looks up a backend that this stack does not manage.
   *
   * @param name Name of the resource in the program.
   * @param uid Uid of the backend, like "0x42".
   */
  static get(name: string, uid: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Backend {
    return new (hostOf(this).classOf(Backend))(name, undefined, { ...options, id: uid });
  }

  /** Whether a value is a Backend, also one of another copy of this package, or one of the plugin. */
  static override isInstance(value: unknown): value is Backend {
    return hostOfResource(value, "backend") !== undefined;
  }

  constructor(name: string, args: BackendArgs, options?: pulumi.CustomResourceOptions);
  /** @internal */
  constructor(name: string, args: undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args: BackendArgs | undefined, options?: pulumi.CustomResourceOptions) {
    const own = withSecretOutputs(protection(args, options), "jwtToken");
    super(hostOf(new.target), { kind: "backend", name, outputs, inputs: args && { ...args }, options: own });
    this.uid = this.id;
    // Inherited from a parent as well.
    const protect = (this as { readonly __protect?: boolean }).__protect === true;
    this.__protection = args === undefined ? undefined : { deletionProtection: args.deletionProtection, protect };
  }
}

type Output = "url" | "graphqlEndpoint" | "adminEndpoint" | "jwtToken" | "owner";
/** Inputs that say what to do with the backend. They are no outputs. */
type Instruction = "adoptUid" | "adoptExisting" | "waitForReady" | "timeouts";

const outputs: { [Name in Output | Exclude<keyof BackendArgs, Instruction>]: undefined } = {
  url: undefined,
  graphqlEndpoint: undefined,
  adminEndpoint: undefined,
  jwtToken: undefined,
  owner: undefined,
  name: undefined,
  zone: undefined,
  deploymentType: undefined,
  deploymentMode: undefined,
  organizationUid: undefined,
  subdomain: undefined,
  size: undefined,
  storage: undefined,
  aclEnabled: undefined,
  jaegerEnabled: undefined,
  dgraphHA: undefined,
  lambdaScript: undefined,
  deletionProtection: undefined,
};

/** The engine's own protection as well: it refuses a forced replacement before anything is created. */
function protection(
  args: BackendArgs | undefined,
  options: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
  return args?.deletionProtection === true ? { ...options, protect: options.protect ?? true } : options;
}
