import * as dynamic from "../../sdk";
import * as plugin from "../../sdk/plugin";

/** What a program imports, and what the engine sees of it. */
export interface SdkHost {
  readonly host: "dynamic host" | "plugin";
  readonly dgraphcloud: typeof dynamic;
  /** What the type of each resource begins with. */
  readonly typePrefix: string;
  readonly providerPackage: string;
  /** What the name of each setting of a Provider begins with. */
  readonly settingPrefix: string;
}

/** The two entries of the package. */
export const sdkHosts: readonly SdkHost[] = [
  {
    host: "dynamic host",
    dgraphcloud: dynamic,
    typePrefix: "pulumi-nodejs:dynamic/dgraphcloud:",
    providerPackage: "pulumi-nodejs",
    settingPrefix: "dgraphcloud:",
  },
  {
    host: "plugin",
    dgraphcloud: plugin,
    typePrefix: "dgraphcloud:index:",
    providerPackage: "dgraphcloud",
    settingPrefix: "",
  },
];
