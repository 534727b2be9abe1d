import { join } from "node:path";

/** Where a local cloud is, and its log-in. */
export interface CloudLogin {
  readonly endpoint: string;
  readonly email: string;
  readonly password: string;
}

/** The environment of an engine that keeps its home and its state in a folder and deploys to a local cloud. */
export function settingsOf(folder: string, { endpoint, email, password }: CloudLogin): Record<string, string> {
  return {
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    DGRAPHCLOUD_ENDPOINT: endpoint,
    DGRAPHCLOUD_EMAIL: email,
    DGRAPHCLOUD_PASSWORD: password,
  };
}
