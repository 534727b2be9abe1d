import * as pulumi from "./pulumi";
import { hostOf } from "./host";

/**
 * Settings of a {@link Provider}, of one of two kinds. An account of Dgraph Cloud: `token`, or `email` and `password`, and `endpoint`. A cluster
 * of your own: `clusterUrl`, and the other settings that begin with "cluster", as the cluster needs them. Settings of both kinds in one Provider
 * are refused. Secret ones are encrypted in the state. A change of a setting alone replaces nothing and makes no call.
 */
export interface ProviderArgs {
  /** Address of the control plane. Default: `dgraphcloud:endpoint` of the stack, or DGRAPHCLOUD_ENDPOINT, or the vendor's. */
  endpoint?: pulumi.Input<string> | undefined;
  /** Token of the account. A secret. */
  token?: pulumi.Input<string> | undefined;
  /** E-mail of the account. */
  email?: pulumi.Input<string> | undefined;
  /** Password of the account. A secret. */
  password?: pulumi.Input<string> | undefined;
  /**
   * HTTP address of an Alpha of the cluster, like "https://dgraph.example.com" or "http://127.0.0.1:8080", without user name and query. Behind a
   * gateway it may have a path. It must be https, unless it is a loopback address or `clusterInsecure` is true. Required for a cluster. Another
   * address of the same cluster changes nothing; at another cluster, resources of the first one are refused.
   */
  clusterUrl?: pulumi.Input<string> | undefined;
  /** Token that Alpha asks for if it was started with `--security token=…` (header `X-Dgraph-AuthToken`). Default: none. A secret. */
  clusterAuthToken?: pulumi.Input<string> | undefined;
  /**
   * User of Dgraph's access control: a guardian, like "groot". Needs `clusterPassword`. Default: none, for a cluster without access control.
   * The provider logs in and renews its token.
   */
  clusterUser?: pulumi.Input<string> | undefined;
  /** Password of `clusterUser`. A secret. */
  clusterPassword?: pulumi.Input<string> | undefined;
  /**
   * Number of the namespace of `clusterUser`. Default: 0. Backups, restores and drops of all data and the schema are for namespace 0 only. Another
   * namespace has another id, so that a GraphqlSchema of the first one is refused there.
   */
  clusterNamespace?: pulumi.Input<number> | undefined;
  /** Headers for every request, which a gateway in front of the cluster asks for: an object from name to value. Default: none. A secret. */
  clusterHeaders?: pulumi.Input<{ [name: string]: pulumi.Input<string> }> | undefined;
  /**
   * Consent to plain http to an address that is not loopback: whoever listens on the way reads tokens and data. Each preview warns of it. Default
   * false.
   */
  clusterInsecure?: pulumi.Input<boolean> | undefined;
}

/**
 * A connection to one account of Dgraph Cloud, or to one cluster of your own, for programs that use several: pass it to resources as the option
 * `provider`. Its settings take precedence over those of the stack and of the environment. A change of them replaces nothing.
 *
 * @example
 * ```ts
 * const other = new dgraphcloud.Provider("other-account", { email: "other@example.com", password: config.requireSecret("otherPassword") });
 * new dgraphcloud.Backend("theirs", { zone: "us-east-1", deploymentType: "free" }, { provider: other });
 *
 * const cluster = new dgraphcloud.Provider("cluster", { clusterUrl: "https://dgraph.example.com", clusterAuthToken: config.requireSecret("authToken") });
 * new dgraphcloud.GraphqlSchema("orders", { schema: new pulumi.asset.FileAsset("schema.graphql") }, { provider: cluster });
 * ```
 */
export class Provider extends pulumi.ProviderResource {
  /** The settings, for the functions that take a provider. */
  readonly settings: pulumi.Output<ResolvedSettings>;

  constructor(name: string, args: ProviderArgs, options?: pulumi.ResourceOptions) {
    const host = hostOf(new.target);
    host.requireProvider();
    const cluster = clusterSettings(args);
    const isCluster = Object.values(cluster).some((value) => value !== undefined);
    const inherited = isCluster ? undefined : new pulumi.Config("dgraphcloud").get("endpoint");
    const settings = {
      endpoint: args.endpoint ?? inherited,
      token: secret(args.token),
      email: args.email,
      password: secret(args.password),
      ...cluster,
    };
    const properties = Object.entries(settings).filter(([, value]) => value !== undefined);
    super(
      host.providerPackage,
      name,
      Object.fromEntries(properties.map(([key, value]) => [host.propertyOf(key), value])),
      host.providerOptions(options),
    );
    this.settings = pulumi.output(settings);
  }
}

/** The settings of a {@link Provider}, resolved: each is a text, as a setting of the stack is. */
export type ResolvedSettings = { readonly [Name in keyof ProviderArgs]?: string | undefined };

function clusterSettings(args: ProviderArgs): { readonly [name: string]: pulumi.Input<string> | undefined } {
  const { clusterUrl, clusterAuthToken, clusterUser, clusterPassword } = args;
  const { clusterNamespace, clusterHeaders, clusterInsecure } = args;
  return {
    clusterUrl,
    clusterAuthToken: secret(clusterAuthToken),
    clusterUser,
    clusterPassword: secret(clusterPassword),
    clusterNamespace: asText(clusterNamespace, String),
    clusterHeaders: secret(asText(clusterHeaders, JSON.stringify)),
    clusterInsecure: asText(clusterInsecure, String),
  };
}

/** Settings are texts. */
function asText<T>(
  value: pulumi.Input<T> | undefined,
  write: (value: unknown) => string,
): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.output(value).apply((one) => write(one));
}

function secret(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.secret(value);
}
