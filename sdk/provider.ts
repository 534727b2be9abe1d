import * as pulumi from "@pulumi/pulumi";
import { requireInstalled } from "./install";

/** Settings of a {@link Provider}: either `token`, or `email` and `password`. Secret ones are encrypted in the state. */
export interface ProviderArgs {
  /** Address of the control plane. Default: `dgraphcloud:endpoint` of the stack, or DGRAPHCLOUD_ENDPOINT, or the vendor's. */
  endpoint?: pulumi.Input<string> | undefined;
  /** Token of the account. A secret. */
  token?: pulumi.Input<string> | undefined;
  /** E-mail of the account. */
  email?: pulumi.Input<string> | undefined;
  /** Password of the account. A secret. */
  password?: pulumi.Input<string> | undefined;
}

/**
 * One account, for programs that use several: pass it to resources as the option `provider`. Its settings take precedence over those of
 * the stack and of the environment. A change of them replaces nothing.
 *
 * @example
 * ```ts
 * const other = new dgraphcloud.Provider("other-account", { email: "other@example.com", password: config.requireSecret("otherPassword") });
 * new dgraphcloud.Backend("theirs", { zone: "us-east-1", deploymentType: "free" }, { provider: other });
 * ```
 */
export class Provider extends pulumi.ProviderResource {
  /** The settings, for the functions that take a provider. */
  readonly settings: pulumi.Output<ResolvedSettings>;

  constructor(name: string, args: ProviderArgs, options?: pulumi.ResourceOptions) {
    requireInstalled();
    const settings = {
      endpoint: args.endpoint ?? new pulumi.Config("dgraphcloud").get("endpoint"),
      token: secret(args.token),
      email: args.email,
      password: secret(args.password),
    };
    const properties = Object.entries(settings).filter(([, value]) => value !== undefined);
    super(
      "pulumi-nodejs",
      name,
      Object.fromEntries(properties.map(([key, value]) => [`dgraphcloud:${key}`, value])),
      options,
    );
    this.settings = pulumi.output(settings);
  }
}

/** The settings of a {@link Provider}, resolved. */
export interface ResolvedSettings {
  readonly endpoint?: string | undefined;
  readonly token?: string | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}

function secret(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.secret(value);
}
